package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.ClosedException;
import io.firn.error.LockedException;
import io.firn.testkit.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What others may ask the process that has a table open for writing. */
class OwnerChannelTest {

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @TempDir Path directory;

  @Test
  void theOwnerIsFoundAndDoesWhatItIsAskedWhileItGoesOnWriting() {
    Path home = directory.resolve("table");
    OwnerClient owner;
    try (FirnTable table = Rows.at(home).open()) {
      owner = FirnTable.builder().path(home.toString()).findOwner().orElseThrow();
      assertThat(owner.description()).contains("process " + ProcessHandle.current().pid());

      table.put(Rows.row(1));
      assertThat(owner.flush()).contains("sequence=1");
      assertThat(table.stats().flushedSequence()).isEqualTo(1);
      table.put(Rows.row(2));
      CompactionReport report = owner.compact(CompactionKind.FULL);
      assertThat(report.jobs()).isEqualTo(1);
      assertThat(report.filesIn()).isEqualTo(2);
      assertThat(report.filesOut()).isEqualTo(1);
      assertThat(report.bytesOut()).isEqualTo(table.stats().liveBytes());
      assertThat(CompactionReport.decode(report.encode())).isEqualTo(report);
      assertThat(table.stats().liveFiles()).isEqualTo(1);
      assertThat(owner.stats().lines())
          .contains("live_rows=2", "flushed_sequence=2")
          .allMatch(line -> line.matches("[a-z_]+=.+"));

      assertThatThrownBy(() -> Rows.at(home).open())
          .isInstanceOf(LockedException.class)
          .hasMessageContaining(owner.description());
    }
    assertThat(FirnTable.builder().path(home.toString()).findOwner()).isEmpty();
    assertThatThrownBy(owner::flush).isInstanceOf(ClosedException.class);
  }

  @Test
  void aTableThatNobodyWritesHasNoOwner() {
    assertThat(FirnTable.builder().path(directory.resolve("none").toString()).findOwner())
        .isEmpty();
  }
}
