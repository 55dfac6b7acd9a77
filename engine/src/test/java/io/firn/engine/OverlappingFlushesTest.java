package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.SnapshotInfo;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.ModelTable;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred flushes of overlapping keys, never compacted, then compacted while writes go on: the
 * engine and Iceberg's own reader return the same rows, one per key.
 */
class OverlappingFlushesTest {

  private static final int FLUSHES = 100;
  private static final int KEYS = 600;
  private static final int OPERATIONS_PER_FLUSH = 30;

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @RegisterExtension final Seeds seeds = new Seeds();

  @TempDir Path directory;

  private final ModelTable<Long, Record> model = new ModelTable<>(Comparator.<Long>naturalOrder());

  @Test
  void engineAndIcebergReturnTheSameRowsBeforeDuringAndAfterCompaction() throws Exception {
    Random random = seeds.random();
    try (FirnTable table =
        Rows.at(directory)
            .option("durability", "none")
            .option("flush-interval-millis", "1d")
            .option("refresh-interval-millis", "0")
            .option("compaction-workers", "0")
            .option("compaction-level0-files", "1000")
            .option("sorted-runs-slowdown", "5000")
            .option("sorted-runs-stop", "10000")
            .option("snapshots-retained-min", "1000")
            .open()) {
      for (int i = 0; i < FLUSHES; i++) {
        writeSome(table, random);
        table.flush();
      }
      assertThat(table.stats().flushes()).isEqualTo(FLUSHES);
      assertThat(table.stats().levels().get(0).files()).isGreaterThan(FLUSHES / 2);
      assertThat(table.stats().levels().stream().skip(1)).allMatch(level -> level.files() == 0);
      assertSameRows(table);

      compactWhileWriting(table, random);
      table.flush();
      assertSameRows(table);

      table.compact(CompactionKind.FULL);
      assertThat(table.files()).hasSize(1);
      assertSameRows(table);
      assertEverySnapshot(table);
    }
  }

  /** Puts, and a delete for every ten operations. */
  private void writeSome(FirnTable table, Random random) {
    WriteBatch batch = table.newBatch();
    for (int i = 0; i < OPERATIONS_PER_FLUSH; i++) {
      long key = random.nextInt(KEYS);
      if (random.nextInt(10) == 0) {
        batch.delete(key);
        model.delete(model.sequence() + 1, key);
      } else {
        Record row = Rows.row(key, "at " + model.sequence(), random.nextDouble());
        batch.put(row);
        model.put(model.sequence() + 1, key, row);
      }
    }
    table.write(batch);
  }

  private void compactWhileWriting(FirnTable table, Random random) throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CompletableFuture<Void> compactions =
        CompletableFuture.runAsync(
            () -> {
              awaitUninterruptibly(writing);
              assertThat(table.compact(CompactionKind.FULL).jobs()).isPositive();
              table.compact(CompactionKind.PURGE_DELETES);
              table.compact(CompactionKind.DUE);
            });
    int rounds = 0;
    while (!compactions.isDone() || rounds < 10) {
      writeSome(table, random);
      writing.countDown();
      if (rounds % 3 == 0) {
        table.flush();
      }
      rounds++;
    }
    compactions.get();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void assertSameRows(FirnTable table) throws IOException {
    List<Record> expected = List.copyOf(model.state().values());
    assertThat(Rows.all(table.scan())).isEqualTo(expected);
    List<Record> unordered = Rows.all(table.scan().unordered());
    assertThat(byKey(unordered).values()).containsExactlyElementsOf(expected);
    Table iceberg = new HadoopTables().load(directory.toString());
    assertThat(byKey(read(iceberg, iceberg.currentSnapshot().snapshotId())).values())
        .containsExactlyElementsOf(expected);
    List<List<Object>> keys = new ArrayList<>();
    for (long key = 0; key < KEYS; key += 7) {
      keys.add(List.of(key));
    }
    var found = table.multiGet(keys);
    for (int i = 0; i < keys.size(); i++) {
      Record row = model.get((Long) keys.get(i).get(0));
      assertThat(found.get(i).orElse(null)).isEqualTo(row);
      assertThat(table.get(keys.get(i).get(0)).orElse(null)).isEqualTo(row);
    }
  }

  /** Time travel, in both readers: every snapshot is the state at its sequence number. */
  private void assertEverySnapshot(FirnTable table) throws IOException {
    Table iceberg = new HadoopTables().load(directory.toString());
    Set<Long> sequences = new HashSet<>();
    int compared = 0;
    for (SnapshotInfo snapshot : table.snapshots()) {
      long sequence = snapshot.sequence().getAsLong();
      boolean compaction = !sequences.add(sequence);
      List<Record> expected = List.copyOf(model.stateAt(sequence).values());
      if (compaction || compared++ % 25 == 0) {
        assertThat(byKey(read(iceberg, snapshot.snapshotId())).values())
            .as("Iceberg at snapshot %d", snapshot.snapshotId())
            .containsExactlyElementsOf(expected);
        assertThat(Rows.all(table.scan().asOf(snapshot.snapshotId())))
            .as("the engine at snapshot %d", snapshot.snapshotId())
            .isEqualTo(expected);
      }
    }
    assertThat(sequences).hasSizeGreaterThanOrEqualTo(FLUSHES);
  }

  private static List<Record> read(Table iceberg, long snapshotId) throws IOException {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records =
        IcebergGenerics.read(iceberg).useSnapshot(snapshotId).build()) {
      records.forEach(
          row ->
              rows.add(
                  Rows.row(
                      (Long) row.getField("id"),
                      (String) row.getField("name"),
                      (Double) row.getField("amount"))));
    }
    return rows;
  }

  private static Map<Long, Record> byKey(List<Record> rows) {
    Map<Long, Record> byKey = new TreeMap<>();
    for (Record row : rows) {
      assertThat(byKey.put((Long) row.getField("id"), row)).as("one row per key").isNull();
    }
    return byKey;
  }
}
