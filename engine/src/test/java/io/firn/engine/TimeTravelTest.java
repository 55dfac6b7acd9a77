package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.Lease;
import io.firn.catalog.SnapshotInfo;
import io.firn.error.InvalidArgumentException;
import io.firn.error.SnapshotUnavailableException;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.iceberg.hadoop.HadoopTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Earlier states are named by snapshot, time, tag and branch, and leases keep them. */
class TimeTravelTest {

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private FirnTable.Builder builder() {
    return Rows.at(directory)
        .option("flush-interval-millis", "1h")
        .option("compaction-workers", "0")
        .option("snapshots-retained-min", "1")
        .option("snapshot-age-millis-max", "0")
        .option("sweep-grace-millis", "0");
  }

  @Test
  void aStateIsFoundByTimeTagAndBranch() {
    try (FirnTable table = builder().open()) {
      table.put(Rows.row(1));
      long first = table.flush().snapshotId();
      table.put(Rows.row(2));
      table.flush();
      table.put(Rows.row(3));
      List<SnapshotInfo> snapshots = table.snapshots();
      assertThat(
              Rows.all(table.scan().asOf(Instant.ofEpochMilli(snapshots.get(0).timestampMillis()))))
          .containsExactly(Rows.row(1));
      assertThat(
              Rows.all(table.scan().asOf(Instant.ofEpochMilli(snapshots.get(1).timestampMillis()))))
          .containsExactly(Rows.row(1), Rows.row(2));
      assertThatThrownBy(() -> table.scan().asOf(Instant.EPOCH))
          .isInstanceOf(SnapshotUnavailableException.class)
          .hasMessageContaining("1970");
      new HadoopTables()
          .load(directory.toString())
          .manageSnapshots()
          .createTag("yesterday", first)
          .createBranch("side", first)
          .commit();
      table.refresh();
      assertThat(Rows.all(table.scan().asOf("yesterday"))).containsExactly(Rows.row(1));
      assertThat(Rows.all(table.scan().asOf("side"))).containsExactly(Rows.row(1));
      assertThat(Rows.all(table.scan().asOf("main"))).containsExactly(Rows.row(1), Rows.row(2));
      assertThatThrownBy(() -> table.scan().asOf("tomorrow"))
          .isInstanceOf(SnapshotUnavailableException.class)
          .hasMessageContaining("tomorrow");
    }
  }

  @Test
  void aLeaseKeepsItsSnapshotUntilItIsReleased() {
    try (FirnTable table = builder().open()) {
      table.put(Rows.row(1, "leased", 0.5));
      long leased = table.flush().snapshotId();
      Lease lease;
      long before = System.currentTimeMillis();
      try (FirnTable reader = builder().openReadOnly()) {
        lease = reader.lease("report", Duration.ofHours(2));
      }
      assertThat(lease.snapshotId()).isEqualTo(leased);
      assertThat(lease.untilMillis())
          .isBetween(before + 7_200_000, System.currentTimeMillis() + 7_200_000);
      table.put(Rows.row(1, "newer", 0.5));
      table.flush();
      table.compact(CompactionKind.FULL);
      table.sweep();
      assertThat(table.leases()).containsExactly(lease);
      assertThat(Rows.all(table.scan().asOf(leased))).containsExactly(Rows.row(1, "leased", 0.5));
      table.releaseLease("report");
      assertThat(table.leases()).isEmpty();
      table.sweep();
      assertThatThrownBy(() -> Rows.all(table.scan().asOf(leased)))
          .isInstanceOf(SnapshotUnavailableException.class);
    }
  }

  @Test
  void aLeaseEndsByItselfAndCanBeRenewed() {
    try (FirnTable table = builder().open()) {
      assertThatThrownBy(() -> table.lease("none", Duration.ofHours(1)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("no snapshot");
      table.put(Rows.row(1));
      long leased = table.flush().snapshotId();
      table.lease("short", Duration.ofMillis(1));
      table.put(Rows.row(2));
      long newest = table.flush().snapshotId();
      Patience.until(
          () -> {
            table.sweep();
            return table.snapshots().stream().noneMatch(kept -> kept.snapshotId() == leased);
          });
      assertThat(table.leases()).isEmpty();
      table.lease("renewed", Duration.ofHours(1));
      Lease renewed = table.lease("renewed", Duration.ofHours(3));
      assertThat(table.leases()).containsExactly(renewed);
      assertThat(renewed.snapshotId()).isEqualTo(newest);
      assertThatThrownBy(() -> table.lease("renewed", Duration.ZERO))
          .isInstanceOf(InvalidArgumentException.class);
    }
  }
}
