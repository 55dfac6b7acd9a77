package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.SnapshotUnavailableException;
import io.firn.spark.SharedTable.Row;
import io.firn.spark.runner.SparkProcess;
import io.firn.testkit.LiveFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What Spark's maintenance does to a table that Firn has open and writes. */
class SparkProcedureTest extends SharedTableTest {

  /** Calls a procedure, of which the first argument is the table. */
  private List<List<@Nullable String>> call(String procedure, String arguments) {
    return table
        .sql(
            "CALL %s.system.%s(table => '%s'%s)"
                .formatted(table.catalogName(), procedure, table.name(), arguments))
        .rows();
  }

  @Test
  void rewriteDataFilesBinpack() {
    call("rewrite_data_files", ", options => map('rewrite-all', 'true')");
    assertThat(table.sql("SELECT * FROM {}.files").rows()).as("files").hasSize(1);
    assertAdopted();
  }

  @Test
  void rewriteDataFilesSortedByKey() {
    call("rewrite_data_files", ", strategy => 'sort', options => map('rewrite-all', 'true')");
    assertAdopted();
  }

  @Test
  void rewriteDataFilesSortedByAnotherColumnDescending() {
    call(
        "rewrite_data_files",
        ", strategy => 'sort', sort_order => 'amount DESC', options => map('rewrite-all', 'true')");
    assertAdopted();
  }

  @Test
  void rewriteManifests() {
    call("rewrite_manifests", "");
    assertAdopted();
  }

  @Test
  void expireSnapshots() throws IOException {
    table.table().lease("kept", Duration.ofHours(1));
    TreeMap<Long, Row> leased = new TreeMap<>(table.committed);
    long second = table.table().snapshots().get(1).snapshotId();
    long first = table.table().snapshots().get(0).snapshotId();
    table.sql("DELETE FROM {} WHERE id > 35");
    expect(id -> id > 35, (id, row) -> null);
    call("expire_snapshots", ", older_than => TIMESTAMP '2999-01-01', retain_last => 1");
    assertAdopted();
    assertThatThrownBy(() -> count(first)).isInstanceOf(SnapshotUnavailableException.class);
    assertThat(count(second)).as("the leased snapshot").isEqualTo(leased.size());
  }

  private long count(long snapshot) throws IOException {
    try (CloseableIterable<Record> rows = table.table().scan().asOf(snapshot).records()) {
      return StreamSupport.stream(rows.spliterator(), false).count();
    }
  }

  @Test
  void expiringAndSweepingAreRefusedUnlessTheTableAllowsThem() {
    table.set("gc.enabled", "false");
    assertThatThrownBy(() -> call("expire_snapshots", ", retain_last => 1"))
        .isInstanceOf(SparkProcess.SparkFailure.class)
        .hasMessageContaining("GC is disabled");
    assertThatThrownBy(() -> call("remove_orphan_files", ""))
        .isInstanceOf(SparkProcess.SparkFailure.class)
        .hasMessageContaining("GC is disabled");
    assertAdopted();
  }

  @Test
  void removeOrphanFiles() throws IOException {
    Path place = Path.of(table.iceberg().location().replaceFirst("^file:", ""));
    Path orphan = Files.writeString(place.resolve("data/L0-orphan.parquet"), "nobody's");
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(10)));
    LiveFiles.forEach(place, file -> Files.setLastModifiedTime(file, longAgo));
    assertThat(call("remove_orphan_files", ""))
        .extracting(row -> Path.of(String.valueOf(row.get(0)).replaceFirst("^file:", "")))
        .containsExactly(orphan);
    assertThat(orphan).doesNotExist();
    assertAdopted();
  }

  @Test
  void rollbackToSnapshot() {
    long before = table.iceberg().currentSnapshot().snapshotId();
    TreeMap<Long, Row> then = new TreeMap<>(table.committed);
    table.put(1L, "flushed, then rolled back", 1);
    table.delete(2);
    table.flush();
    table.put(6L, "in memory", 6);
    call("rollback_to_snapshot", ", snapshot_id => " + before);
    table.committed.clear();
    table.committed.putAll(then);
    assertAdopted();
  }
}
