package io.firn.storages;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.engine.TableVerifier;
import io.firn.engine.WriteBatch;
import io.firn.error.FirnException;
import io.firn.error.WriteStalledException;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.ModelTable;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A table whose files are on HDFS or on S3, with its log on this machine: written, looked up,
 * compacted, swept, read by Iceberg's own reader, and recovered from a death at any change of a
 * file. {@code -Dfirn.deaths=200} is the long form.
 */
class RemoteTableTest {

  private static final int DEATHS = Integer.getInteger("firn.deaths", 1);

  private static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "id", Types.LongType.get()),
          NestedField.required(2, "name", Types.StringType.get()));

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private FirnTable open(Map<String, String> catalog) {
    return open(catalog, "1m");
  }

  /** A flush whose process is dead waits as long as any other, so it had better be short. */
  private FirnTable open(Map<String, String> catalog, String patience) {
    return FirnTable.builder()
        .catalog("lake", catalog, Place.TABLE)
        .localDirectory(directory.resolve("local").toString())
        .schema(SCHEMA)
        .key("id")
        .option("compaction-level0-files", "3")
        .option("sweep-grace-millis", "0")
        .option("snapshot-age-millis-max", "0")
        .option("snapshots-retained-min", "3")
        .option("write-stall-millis-max", patience)
        .option("close-millis-max", patience)
        .open();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "LOCAL.*")
  void whatIsWrittenIsFoundInTheEngineAndOutsideOfIt(Place place) throws IOException {
    Workload work = new Workload(seeds.random());
    try (FirnTable table = open(place.properties(directory))) {
      work.run(table);
      work.compareAll(table);
      table.flush();
      assertThat(rows(place.foreign(directory))).isEqualTo(work.state());
    }
    try (FirnTable again = open(place.properties(directory))) {
      Thread.currentThread().interrupt();
      work.compareAll(again);
      assertThat(Thread.interrupted()).as("the interrupt is still there").isTrue();
    }
    assertNothingIsLeftOver(place);
    assertThat(
            TableVerifier.verify(
                    place.location(directory),
                    new LocalStorage(),
                    TableVerifier.Depth.EVERYTHING,
                    (done, total) -> {})
                .findings())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"HDFS_HADOOP", "S3_REST"})
  void whatWasAcknowledgedSurvivesADeathAtAnyChangeOfAFile(Place place) throws IOException {
    Map<String, String> catalog = place.properties(directory);
    String whole = UUID.randomUUID().toString();
    Workload work = new Workload(seeds.random());
    try (FirnTable table = open(MortalFileIO.inFrontOf(catalog, whole, Long.MAX_VALUE))) {
      work.run(table);
    }
    long changes = Long.MAX_VALUE - MortalFileIO.left(whole);
    Random random = seeds.random(1);
    for (int death = 0; death < DEATHS; death++) {
      String life = UUID.randomUUID().toString();
      long moment = 1 + random.nextLong(changes);
      try (FirnTable table = open(MortalFileIO.inFrontOf(catalog, life, moment), "2s")) {
        work.run(table);
      } catch (FirnException e) {
        assertThat(MortalFileIO.left(life) == 0 || e instanceof WriteStalledException)
            .as("an error without a death: %s", e)
            .isTrue();
      }
      try (FirnTable table = open(catalog)) {
        work.recovered(table, "death at change " + moment + " of a file");
        table.flush();
        assertThat(rows(place.foreign(directory))).isEqualTo(work.state());
      }
    }
    assertNothingIsLeftOver(place);
  }

  /** Data files and deletion vectors that nothing names have been swept. */
  private void assertNothingIsLeftOver(Place place) throws IOException {
    try (FirnTable table = open(place.properties(directory))) {
      table.sweep();
    }
    TableLocation location = place.location(directory);
    try (TableStore store = TableStore.open(location, new LocalStorage())) {
      Set<String> there = new HashSet<>();
      for (Storage.FileStatus file :
          store.files().list(StoragePaths.join(store.location(), "data"))) {
        there.add(file.path());
      }
      assertThat(store.referencedFiles()).containsAll(there);
    }
  }

  private static Map<Long, String> rows(Table table) throws IOException {
    Map<Long, String> rows = new TreeMap<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      for (Record row : records) {
        assertThat(rows.put((Long) row.getField("id"), (String) row.getField("name"))).isNull();
      }
    }
    return rows;
  }

  /** Random batches, with what was attempted and what was acknowledged of them. */
  private static final class Workload {
    private final Random random;
    private ModelTable<Long, String> attempted = new ModelTable<>(Comparator.<Long>naturalOrder());
    private final List<Long> batchEnds = new ArrayList<>(List.of(0L));
    private long acknowledged;

    Workload(Random random) {
      this.random = random;
    }

    Map<Long, String> state() {
      return new TreeMap<>(attempted.state());
    }

    void run(FirnTable table) {
      for (int i = 0; i < 8; i++) {
        write(table);
        if (i % 2 == 1) {
          table.flush();
        }
      }
      table.compact(CompactionKind.FULL);
      table.sweep();
      write(table);
    }

    private void write(FirnTable table) {
      WriteBatch batch = table.newBatch();
      for (int i = 0; i < 20; i++) {
        long key = random.nextInt(150);
        long sequence = attempted.sequence() + 1;
        if (random.nextInt(5) == 0) {
          batch.delete(key);
          attempted.delete(sequence, key);
        } else {
          batch.put(row(key, "v" + sequence));
          attempted.put(sequence, key, "v" + sequence);
        }
      }
      batchEnds.add(attempted.sequence());
      table.write(batch);
      acknowledged = attempted.sequence();
    }

    private static Record row(long id, String name) {
      GenericRecord row = GenericRecord.create(SCHEMA);
      row.setField("id", id);
      row.setField("name", name);
      return row;
    }

    /** The table is the state after some batch, and none that was acknowledged is missing. */
    void recovered(FirnTable table, String moment) {
      long sequence = table.stats().sequence();
      assertThat(sequence).as(moment).isBetween(acknowledged, attempted.sequence()).isIn(batchEnds);
      attempted.truncate(sequence);
      batchEnds.removeIf(end -> end > sequence);
      compareAll(table);
    }

    void compareAll(FirnTable table) {
      Map<Long, String> scanned = new TreeMap<>();
      try (CloseableIterable<Record> records = table.scan().records()) {
        records.forEach(
            row -> scanned.put((Long) row.getField("id"), (String) row.getField("name")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      assertThat(scanned).isEqualTo(state());
      for (long key = 0; key < 150; key++) {
        assertThat(table.get(key).map(row -> (String) row.getField("name")).orElse(null))
            .isEqualTo(attempted.get(key));
      }
    }
  }
}
