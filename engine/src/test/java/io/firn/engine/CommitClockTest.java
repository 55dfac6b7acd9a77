package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.SnapshotInfo;
import io.firn.service.ServiceEnvironment;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.ShiftedTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commits take the time from the clock that the table was given. */
class CommitClockTest {

  /** Each version is then one millisecond after the one before: time never goes back. */
  @Test
  void aClockThatStandsBackFailsNoCommitAndTurnsNoTimeBack() {
    long begin = System.currentTimeMillis();
    try (FirnTable table =
        FirnTable.builder()
            .path("/clock/table")
            .schema(Rows.SCHEMA)
            .key("id")
            .storage(new CrashStorage())
            .environment(
                ServiceEnvironment.system().withTicker(new ShiftedTicker(Duration.ofDays(-1))))
            .option("compaction-workers", "0")
            .open()) {
      for (long id = 0; id < 3; id++) {
        table.put(Rows.row(id));
        table.flush();
      }
      List<Long> times = table.snapshots().stream().map(SnapshotInfo::timestampMillis).toList();
      assertThat(times).hasSize(3);
      assertThat(times.get(0)).isGreaterThan(begin);
      assertThat(times).containsExactly(times.get(0), times.get(0) + 1, times.get(0) + 2);
    }
  }
}
