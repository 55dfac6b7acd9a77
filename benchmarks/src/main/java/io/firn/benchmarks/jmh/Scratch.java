package io.firn.benchmarks.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory in memory where the system has one, so that a benchmark of encoding measures no disk.
 * Closing deletes it with everything in it.
 */
record Scratch(Path directory) implements AutoCloseable {

  private static final Path MEMORY = Path.of("/dev/shm");

  static Scratch create() {
    try {
      return new Scratch(
          Files.isWritable(MEMORY)
              ? Files.createTempDirectory(MEMORY, "firn-jmh")
              : Files.createTempDirectory("firn-jmh"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String path(String name) {
    return directory.resolve(name).toString();
  }

  @Override
  public void close() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> walk = Files.walk(directory)) {
      deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
