package io.firn.testkit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** The files of a table that is open for writing: some may be deleted while one looks at them. */
public final class LiveFiles {

  private LiveFiles() {}

  /** What is done with a file. */
  public interface Action {

    /**
     * Called for one file.
     *
     * @throws NoSuchFileException if the file is gone, which is no failure
     */
    void on(Path file) throws IOException;
  }

  /** Copies every regular file that is still there, and the directories these are in. */
  public static void copy(Path from, Path to) throws IOException {
    forEach(
        from,
        file -> {
          Path target = to.resolve(from.relativize(file));
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        });
  }

  /** Does something with every regular file below a directory that is still there. */
  public static void forEach(Path directory, Action action) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              try {
                action.on(file);
              } catch (NoSuchFileException gone) {
                return visitFileFailed(file, gone);
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
  }
}
