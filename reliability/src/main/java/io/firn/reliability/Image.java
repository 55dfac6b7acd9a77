package io.firn.reliability;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.SurvivalMode;
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

  /** All of it, durable; what it leaves after a crash is a copy. */
  private final CrashStorage whole;

  private Image(NavigableMap<String, byte[]> files, CrashStorage whole) {
    this.files = files;
    this.whole = whole;
  }

  static Image of(Storage storage, String directory) throws IOException {
    NavigableMap<String, byte[]> files = new TreeMap<>();
    List<String> directories = new ArrayList<>();
    collect(storage, directory, files, directories);
    CrashStorage whole = new CrashStorage();
    for (String below : directories) {
      whole.createDirectories(below);
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      StorageFiles.write(whole, file.getKey(), file.getValue());
    }
    return new Image(files, whole);
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
    CrashStorage storage = whole.crash(SurvivalMode.NONE, 0);
    if (files.containsKey(replaced)) {
      storage.delete(replaced);
      if (content == null) {
        storage.syncDirectory(StoragePaths.parent(replaced));
      } else {
        StorageFiles.write(storage, replaced, content);
      }
    }
    return storage;
  }
}
