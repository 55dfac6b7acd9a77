package io.firn.benchmarks.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Directories of measured stores. */
public final class Directories {

  private Directories() {}

  /** The bytes of all files below a directory. */
  public static long bytes(Path directory) {
    return below(directory).stream().mapToLong(Directories::fileBytes).sum();
  }

  /** Deletes a directory and everything below; nothing happens if it does not exist. */
  public static void delete(Path directory) {
    for (Path path : below(directory)) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static long fileBytes(Path path) {
    try {
      return Files.isRegularFile(path) ? Files.size(path) : 0;
    } catch (NoSuchFileException e) {
      return 0; // deleted by the store meanwhile
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The deepest first. */
  private static List<Path> below(Path directory) {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
