package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A host that is shut down closes its tables on threads that have been interrupted. */
class InterruptedCloseTest {

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @TempDir Path directory;

  @Test
  void aCloseOnAnInterruptedThreadFlushesAndKeepsTheInterrupt() {
    FirnTable table = Rows.at(directory).open();
    table.put(Rows.row(1));
    Thread.currentThread().interrupt();
    try {
      table.close();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    try (FirnTable again = Rows.at(directory).openReadOnly()) {
      assertThat(Rows.all(again.scan())).containsExactly(Rows.row(1));
    }
  }
}
