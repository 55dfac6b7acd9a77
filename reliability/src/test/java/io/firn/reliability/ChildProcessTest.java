package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.firn.engine.FirnTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that was closed is gone, and with it its locks and open files. */
class ChildProcessTest {

  @TempDir Path temporary;

  @Test
  void aClosedProcessHoldsNothing() throws Exception {
    String table = temporary.resolve("table").toString();
    ChildProcess writer =
        ChildProcess.start(
            KilledWriter.class, temporary.resolve("errors.txt"), List.of(table, "1", "0", "0"));
    try (writer) {
      assertThat(writer.readLine()).isEqualTo("open");
    }
    assertThat(writer.endsWithin(0)).isTrue();
    assertThatCode(
            () -> {
              try (FirnTable opened = KilledWriter.open(table)) {
                opened.flush();
              }
            })
        .doesNotThrowAnyException();
  }
}
