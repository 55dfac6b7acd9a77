package io.firn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveFilesTest {

  @TempDir Path directory;

  @Test
  void whatIsDeletedMeanwhileIsPassedOver() throws IOException {
    Files.createDirectories(directory.resolve("deep"));
    List<Path> files = new ArrayList<>();
    for (String name : List.of("a", "b", "deep/c", "deep/d")) {
      files.add(Files.writeString(directory.resolve(name), name));
    }
    List<Path> read = new ArrayList<>();
    LiveFiles.forEach(
        directory,
        file -> {
          Files.readString(file);
          read.add(file);
          // Of the first one that is met, all others go.
          for (Path other : files) {
            if (!other.equals(file)) {
              Files.deleteIfExists(other);
            }
          }
        });
    assertThat(read).hasSize(1);
  }

  @Test
  void aCopyHasTheFilesInTheirPlaces() throws IOException {
    Path deep = Files.createDirectories(directory.resolve("from/deep"));
    Files.writeString(deep.resolve("a"), "text");
    LiveFiles.copy(directory.resolve("from"), directory.resolve("to"));
    assertThat(directory.resolve("to/deep/a")).hasContent("text");
  }

  @Test
  void otherFailuresAreToldAndDirectoriesAreNoFiles() throws IOException {
    Files.createDirectories(directory.resolve("empty"));
    LiveFiles.forEach(
        directory,
        file -> {
          throw new AssertionError(file);
        });
    Files.writeString(directory.resolve("a"), "a");
    assertThatThrownBy(() -> LiveFiles.forEach(directory, Files::createFile))
        .isInstanceOf(FileAlreadyExistsException.class);
  }
}
