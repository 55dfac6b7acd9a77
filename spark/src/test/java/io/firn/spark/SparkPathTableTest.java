package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.SnapshotInfo;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.spark.runner.SparkProcess;
import io.firn.spark.runner.SparkResult;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Table;
import org.apache.iceberg.hadoop.HadoopTables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tables that are directories, as {@code load(path)} and as a Hadoop catalog see them. */
@ExtendWith(SharedSpark.class)
class SparkPathTableTest {

  @TempDir Path directory;

  @RegisterExtension final Seeds seeds = new Seeds();

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @Test
  void sparkSeesTheModelAfterEveryKindOfCommit(SparkProcess spark) {
    try (ModelledTable table = create()) {
      for (CompactionKind kind : CompactionKind.values()) {
        for (int flush = 0; flush < 3; flush++) {
          table.write(400, 700);
          table.table().flush();
          assertThat(loaded(spark)).isEqualTo(table.rows());
        }
        table.table().compact(kind);
        assertThat(loaded(spark)).as(kind.toString()).isEqualTo(table.rows());
      }
    }
  }

  @Test
  void everySnapshotIsTheModelAtItsSequenceNumber(SparkProcess spark) {
    try (ModelledTable table = create()) {
      for (int flush = 0; flush < 12; flush++) {
        table.write(150, 400);
        table.write(50, 400);
        table.table().flush();
        if (flush % 5 == 4) {
          table.table().compact(CompactionKind.FULL);
        }
      }
      List<SnapshotInfo> snapshots = table.table().snapshots();
      assertThat(snapshots).hasSizeGreaterThanOrEqualTo(13);
      for (SnapshotInfo snapshot : snapshots) {
        long sequence = snapshot.sequence().orElseThrow();
        spark.load("old", path(), "versionAsOf", Long.toString(snapshot.snapshotId()));
        assertThat(spark.sql("SELECT * FROM old ORDER BY id").rows())
            .as("snapshot %d at sequence number %d", snapshot.snapshotId(), sequence)
            .isEqualTo(table.rowsAt(sequence));
      }
    }
  }

  @Test
  void aHundredFlushesNeverCompactedAndCompactedWhileWritesGoOn(SparkProcess spark)
      throws Exception {
    try (ModelledTable table = create("sorted-runs-slowdown", "1000", "sorted-runs-stop", "2000")) {
      for (int flush = 0; flush < 100; flush++) {
        table.write(100, 2_000);
        table.table().flush();
      }
      assertEverybodySees(spark, table);

      Thread compaction =
          new Thread(() -> table.table().compact(CompactionKind.FULL), "firn-test-compaction");
      compaction.start();
      for (int flush = 0; flush < 10; flush++) {
        table.write(100, 2_000);
        table.table().flush();
      }
      compaction.join();
      assertEverybodySees(spark, table);
    }
  }

  private void assertEverybodySees(SparkProcess spark, ModelledTable table) throws IOException {
    List<List<@Nullable String>> expected = table.rows();
    assertThat(table.engineRows()).isEqualTo(expected);
    assertThat(ModelledTable.genericRows(iceberg())).isEqualTo(expected);
    assertThat(loaded(spark)).isEqualTo(expected);
    assertThat(spark.sql("SELECT count(*) - count(DISTINCT id) FROM firn").number()).isZero();
  }

  @Test
  void sparkReadsWholeSnapshotsWhileTheEngineWrites(SparkProcess spark) throws Exception {
    spark.catalog("live", hadoop("cache-enabled", "false"));
    try (ModelledTable table = create("flush-interval-millis", "50", "compaction-workers", "1")) {
      table.write(10, 300);
      table.table().flush();
      Map<Long, List<List<@Nullable String>>> seen = new LinkedHashMap<>();
      for (int i = 0; i < 6; i++) {
        FutureTask<Seen> reading = new FutureTask<>(() -> currentSnapshot(spark));
        new Thread(reading, "spark-reader").start();
        while (!reading.isDone()) {
          table.write(20, 300);
        }
        seen.put(reading.get().snapshotId(), reading.get().rows());
        table.table().flush();
      }
      assertThat(seen).hasSizeGreaterThan(1);
      seen.forEach(
          (snapshot, rows) ->
              assertThat(rows).isEqualTo(table.rowsAt(sequenceOf(table, snapshot))));
    }
  }

  private record Seen(long snapshotId, List<List<@Nullable String>> rows) {}

  private static Seen currentSnapshot(SparkProcess spark) {
    long snapshot =
        spark.sql("SELECT snapshot_id FROM live.db.t.refs WHERE name = 'main'").number();
    return new Seen(
        snapshot,
        spark.sql("SELECT * FROM live.db.t VERSION AS OF " + snapshot + " ORDER BY id").rows());
  }

  private static long sequenceOf(ModelledTable table, long snapshotId) {
    return table.table().snapshots().stream()
        .filter(snapshot -> snapshot.snapshotId() == snapshotId)
        .findFirst()
        .orElseThrow()
        .sequence()
        .orElseThrow();
  }

  @Test
  void aSessionThatStaysOpenSeesTheNextFlush(SparkProcess spark) {
    spark.catalog("fresh", hadoop("cache-enabled", "false"));
    spark.catalog("cached", hadoop("cache.expiration-interval-ms", "3600000"));
    try (ModelledTable table = create()) {
      table.write(50, 100);
      table.table().flush();
      assertThat(rows(spark, "fresh.db.t")).isEqualTo(table.rows());
      assertThat(rows(spark, "cached.db.t")).isEqualTo(table.rows());

      List<List<@Nullable String>> before = table.rows();
      table.write(50, 100);
      table.table().flush();
      assertThat(rows(spark, "fresh.db.t")).isEqualTo(table.rows());
      assertThat(rows(spark, "cached.db.t")).as("Spark's table cache").isEqualTo(before);
      spark.sql("REFRESH TABLE cached.db.t");
      assertThat(rows(spark, "cached.db.t")).isEqualTo(table.rows());
    }
  }

  @Test
  void firnsPrivateColumnsAreInvisibleAndRowIdsAreUnique(SparkProcess spark) {
    try (ModelledTable table = create()) {
      table.write(300, 500);
      table.table().flush();
      table.table().compact(CompactionKind.FULL);
      table.write(300, 500);
      table.table().flush();
      spark.load("firn", path());
      assertThat(spark.sql("SELECT * FROM firn").columns())
          .containsExactly("id", "name", "price", "day", "ratio");
      assertThatThrownBy(() -> spark.sql("SELECT _firn_sequence FROM firn"))
          .isInstanceOf(SparkProcess.SparkFailure.class);

      spark.catalog("lineage", hadoop());
      SparkResult ids =
          spark.sql("SELECT count(_row_id), count(DISTINCT _row_id) FROM lineage.db.t");
      String live = Integer.toString(table.rows().size());
      assertThat(ids.rows()).containsExactly(List.of(live, live));
    }
  }

  @Test
  void anEmptyTableIsEmpty(SparkProcess spark) {
    create().close();
    assertThat(loaded(spark)).isEmpty();
  }

  private ModelledTable create(String... options) {
    FirnTable.Builder builder = FirnTable.builder().path(path()).option("compaction-workers", "0");
    for (int i = 0; i + 1 < options.length; i += 2) {
      builder = builder.option(options[i], options[i + 1]);
    }
    return new ModelledTable(builder, seeds.random());
  }

  private String path() {
    return directory + "/db/t";
  }

  private Table iceberg() {
    return new HadoopTables(new Configuration()).load(path());
  }

  private Map<String, String> hadoop() {
    return Map.of("type", "hadoop", "warehouse", directory.toString());
  }

  private Map<String, String> hadoop(String key, String value) {
    return Map.of("type", "hadoop", "warehouse", directory.toString(), key, value);
  }

  private List<List<@Nullable String>> loaded(SparkProcess spark) {
    spark.load("firn", path());
    return rows(spark, "firn");
  }

  private static List<List<@Nullable String>> rows(SparkProcess spark, String name) {
    return spark.sql("SELECT * FROM " + name + " ORDER BY id").rows();
  }
}
