package io.firn.cli.internal.command;

import io.firn.error.InvalidArgumentException;
import io.firn.error.StorageException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;

/**
 * A directory that is the demo's: new, empty, or marked by an earlier demo. Nothing else is ever
 * touched.
 */
final class DemoDirectory {

  private static final String MARKER = "FIRN-DEMO";

  private final Path directory;

  private DemoDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * Checks the directory; changes nothing.
   *
   * @throws InvalidArgumentException if it holds anything that is not a demo
   */
  static DemoDirectory of(Path path) {
    Path directory = path.toAbsolutePath().normalize();
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && !isOurs(directory)) {
      throw new InvalidArgumentException(
          directory + " exists and is no firn demo; give another directory, or remove it yourself");
    }
    return new DemoDirectory(directory);
  }

  private static boolean isOurs(Path directory) {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (Files.isRegularFile(directory.resolve(MARKER), LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    try (Stream<Path> content = Files.list(directory)) {
      return content.findAny().isEmpty();
    } catch (IOException e) {
      throw new StorageException("Cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Removes an older demo and marks the directory. Returns where the table goes. */
  Path prepare() {
    Path table = directory.resolve("flights");
    try {
      if (Files.exists(table, LinkOption.NOFOLLOW_LINKS)) {
        delete(table);
      }
      Files.createDirectories(directory);
      Files.writeString(
          directory.resolve(MARKER),
          "Made by 'firn demo', which replaces what is in here when it runs again.\n");
    } catch (IOException e) {
      throw new StorageException("Cannot prepare " + directory + ": " + e.getMessage(), e);
    }
    return table;
  }

  private static void delete(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, java.io.IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
