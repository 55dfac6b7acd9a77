package io.firn.reliability;

import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All files of a directory at one moment, to be damaged one at a time. Immutable. */
final class Image {

  private final NavigableMap<String, byte[]> files;
  private final List<String> directories;

  private Image(NavigableMap<String, byte[]> files, List<String> directories) {
    this.files = files;
    this.directories = directories;
  }

  static Image of(Storage storage, String directory) throws IOException {
    NavigableMap<String, byte[]> files = new TreeMap<>();
    List<String> directories = new ArrayList<>();
    collect(storage, directory, files, directories);
    return new Image(files, directories);
  }

  private static void collect(
      Storage storage, String directory, Map<String, byte[]> files, List<String> directories)
      throws IOException {
    directories.add(directory);
    for (Storage.FileStatus file : storage.list(directory)) {
      files.put(file.path(), StorageFiles.read(storage, file.path()));
    }
    for (String below : storage.listDirectories(directory)) {
      collect(storage, below, files, directories);
    }
  }

  NavigableMap<String, byte[]> files() {
    return Collections.unmodifiableNavigableMap(files);
  }

  byte[] file(String path) {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      throw new IllegalArgumentException("No file " + path);
    }
    return bytes;
  }

  /** A storage of its own with these files, one of them replaced; null deletes it. */
  CrashStorage with(String replaced, byte @Nullable [] content) throws IOException {
    CrashStorage storage = new CrashStorage();
    for (String directory : directories) {
      storage.createDirectories(directory);
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] bytes = file.getKey().equals(replaced) ? content : file.getValue();
      if (bytes != null) {
        write(storage, file.getKey(), bytes);
      }
    }
    for (String directory : directories) {
      storage.syncDirectory(directory);
    }
    return storage;
  }

  static void write(Storage storage, String path, byte[] bytes) throws IOException {
    try (OutputFileHandle file = storage.create(path)) {
      file.write(bytes, 0, bytes.length);
      file.sync();
    }
    storage.syncDirectory(StoragePaths.parent(path));
  }
}
