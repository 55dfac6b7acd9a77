package io.firn.engine.internal.wal;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names of segments: twenty decimal digits, then {@code .wal}; set aside they end otherwise. */
final class SegmentNames {

  private static final Logger LOG = LoggerFactory.getLogger(SegmentNames.class);
  private static final String SUFFIX = ".wal";
  private static final int DIGITS = 20;

  private SegmentNames() {}

  static String path(String directory, long number) {
    return StoragePaths.join(directory, String.format("%0" + DIGITS + "d", number) + SUFFIX);
  }

  /** The segments in a directory, paths by number. Files with other names are not ours. */
  static NavigableMap<Long, String> list(Storage storage, String directory) throws IOException {
    NavigableMap<Long, String> found = new TreeMap<>();
    for (Storage.FileStatus file : storage.list(directory)) {
      String name = StoragePaths.name(file.path());
      if (name.length() == DIGITS + SUFFIX.length()
          && name.endsWith(SUFFIX)
          && name.chars().limit(DIGITS).allMatch(c -> c >= '0' && c <= '9')
          && name.startsWith("0")) {
        found.put(Long.parseLong(name, 0, DIGITS, 10), file.path());
      }
    }
    return found;
  }

  /** Takes a file out of the log under a name that tells where it came from, and returns that. */
  static String setAside(Storage storage, String path) throws IOException {
    for (int i = 0; ; i++) {
      String aside = path + (i == 0 ? ".damaged" : "." + i + ".damaged");
      try {
        storage.publish(path, aside);
        return aside;
      } catch (FileAlreadyExistsException taken) {
        LOG.debug("{} is taken by an earlier salvage", aside);
      }
    }
  }
}
