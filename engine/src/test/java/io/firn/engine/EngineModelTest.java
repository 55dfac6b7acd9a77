package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.SnapshotInfo;
import io.firn.testkit.CatalogDatabase;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.ModelTable;
import io.firn.testkit.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random operations against a table and a {@link TreeMap}: whatever is done in whatever order, the
 * engine and Iceberg's own reader, the latter at every retained snapshot, answer as the map does.
 */
class EngineModelTest {

  private static final int OPERATIONS = Integer.getInteger("firn.operations", 25_000);
  private static final int KEYS = 3_000;

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  /** A table's shape and options. */
  enum Configuration {
    PATH_SMALL_MEMTABLES(false, false, 64 << 10, 1),
    PATH_COMPOSITE_KEY(false, true, 128 << 10, 2),
    JDBC(true, false, 96 << 10, 1),
    PATH_FORMAT_VERSION_2(false, false, 96 << 10, 1),
    JDBC_COMPOSITE_MANUAL_COMPACTION(true, true, 256 << 10, 0);

    final boolean jdbc;
    final boolean compositeKey;
    final int memtableBytes;
    final int compactionWorkers;

    Configuration(boolean jdbc, boolean compositeKey, int memtableBytes, int compactionWorkers) {
      this.jdbc = jdbc;
      this.compositeKey = compositeKey;
      this.memtableBytes = memtableBytes;
      this.compactionWorkers = compactionWorkers;
    }

    /** Of those with a composite key, so little that rows spill to disk. */
    long pageCacheBytes() {
      return compositeKey ? 48 << 10 : 16 << 20;
    }

    String formatVersion() {
      return this == PATH_FORMAT_VERSION_2 ? "2" : "3";
    }
  }

  @ParameterizedTest
  @EnumSource
  void engineAndIcebergAgreeWithTheModel(Configuration configuration) throws Exception {
    try (Run run = new Run(configuration)) {
      run.go(OPERATIONS);
    }
  }

  /** One run: the table, the model and the dice. */
  private final class Run implements AutoCloseable {
    private final Configuration configuration;
    private final Random random;
    private final Schema schema;
    private final ModelTable<String, Record> model =
        new ModelTable<>(Comparator.<String>naturalOrder());
    private final List<OpenSnapshot> snapshots = new ArrayList<>();
    private FirnTable table;

    private record OpenSnapshot(TableSnapshot snapshot, NavigableMap<String, Record> rows) {}

    Run(Configuration configuration) {
      this.configuration = configuration;
      this.random = seeds.random(configuration.ordinal());
      this.schema =
          new Schema(
              NestedField.required(1, "region", Types.StringType.get()),
              NestedField.required(2, "id", Types.IntegerType.get()),
              NestedField.optional(3, "name", Types.StringType.get()),
              NestedField.optional(4, "amount", Types.DoubleType.get()),
              NestedField.required(5, "version", Types.LongType.get()),
              NestedField.optional(
                  6, "tags", Types.ListType.ofOptional(7, Types.StringType.get())));
      this.table = open();
    }

    private FirnTable open() {
      FirnTable.Builder builder =
          FirnTable.builder()
              .schema(schema)
              .options(
                  FirnOptions.builder()
                      .set(OptionKey.MEMTABLE_BYTES_MAX, configuration.memtableBytes)
                      .set(OptionKey.COMPACTION_WORKERS, configuration.compactionWorkers)
                      .set(OptionKey.COMPACTION_LEVEL0_FILES, 4)
                      .set(OptionKey.SORTED_RUNS_SLOWDOWN, 400)
                      .set(OptionKey.SORTED_RUNS_STOP, 800)
                      .set(OptionKey.COMPACTION_TARGET_FILE_BYTES, 64 << 10)
                      .set(OptionKey.COMPACTION_LEVEL_BASE_BYTES, 256 << 10)
                      .set(OptionKey.PAGE_CACHE_BYTES_MAX, configuration.pageCacheBytes())
                      .set(OptionKey.PAGE_CACHE_DISK_BYTES_MAX, 1 << 20)
                      .set(OptionKey.SNAPSHOTS_RETAINED_MIN, 30)
                      .set(OptionKey.SNAPSHOT_AGE_MILLIS_MAX, 1_000)
                      // Iceberg's reader is still reading when a snapshot expires.
                      .set(OptionKey.SWEEP_GRACE_MILLIS, 20_000)
                      .set(OptionKey.FLUSH_INTERVAL_MILLIS, 300)
                      .durability(Durability.NONE)
                      .build());
      if (configuration.compositeKey) {
        builder.key("region", "id");
      } else {
        builder.key("id");
      }
      if (configuration.jdbc) {
        builder.catalog("firn_catalog", CatalogDatabase.properties(directory), identifier());
      } else {
        builder.path(tablePath()).property("format-version", configuration.formatVersion());
      }
      return builder.open();
    }

    private String tablePath() {
      return directory.resolve("table").toString();
    }

    private TableIdentifier identifier() {
      return TableIdentifier.of("db", "rows");
    }

    void go(int operations) throws Exception {
      for (int i = 0; i < operations; i++) {
        step();
      }
      compareSnapshots();
      table.flush();
      compareWhole();
      compareWithIceberg();
      table.compact(CompactionKind.FULL);
      compareWhole();
      compareWithIceberg();
      reopen();
      compareWhole();
    }

    private void step() throws Exception {
      int dice = random.nextInt(100_000);
      if (dice < 60_000) {
        put();
      } else if (dice < 70_000) {
        delete();
      } else if (dice < 76_000) {
        batch();
      } else if (dice < 97_000) {
        get();
      } else if (dice < 98_500) {
        scanRange();
      } else if (dice < 99_300) {
        prefixOrFilter();
      } else if (dice < 99_500) {
        openSnapshot();
      } else if (dice < 99_700) {
        compareSnapshots();
      } else if (dice < 99_850) {
        FlushResult result = table.flush();
        assertThat(result.sequence()).isEqualTo(model.sequence());
      } else if (dice < 99_890) {
        table.compact(CompactionKind.values()[random.nextInt(CompactionKind.values().length)]);
      } else if (dice < 99_905) {
        reopen();
      } else if (dice < 99_920) {
        compareWithIceberg();
      } else if (dice < 99_940) {
        table.sweep();
      } else if (dice < 99_960) {
        compareWhole();
      }
    }

    private Record randomRow(int key) {
      GenericRecord row = GenericRecord.create(schema);
      row.setField("region", "r" + key % 7);
      row.setField("id", key);
      row.setField("name", random.nextInt(10) == 0 ? null : "name-" + random.nextInt(1000));
      row.setField("amount", random.nextInt(10) == 0 ? null : random.nextInt(10_000) / 4.0);
      row.setField("version", model.sequence() + 1);
      row.setField(
          "tags",
          switch (random.nextInt(4)) {
            case 0 -> null;
            case 1 -> List.of();
            default -> List.of("a", "b" + random.nextInt(5));
          });
      return row;
    }

    private String modelKey(int key) {
      // Integers with a leading zero sort as text as they do as numbers.
      return configuration.compositeKey
          ? "r%d/%07d".formatted(key % 7, key)
          : "%07d".formatted(key);
    }

    private Object[] tableKey(int key) {
      return configuration.compositeKey ? new Object[] {"r" + key % 7, key} : new Object[] {key};
    }

    private void put() {
      int key = random.nextInt(KEYS);
      Record row = randomRow(key);
      WriteToken token = table.put(row);
      model.put(model.sequence() + 1, modelKey(key), row);
      assertThat(token.sequence()).isEqualTo(model.sequence());
    }

    private void delete() {
      int key = random.nextInt(KEYS);
      table.delete(tableKey(key));
      model.delete(model.sequence() + 1, modelKey(key));
    }

    private void batch() {
      WriteBatch batch = table.newBatch();
      for (int i = random.nextInt(8); i >= 0; i--) {
        int key = random.nextInt(KEYS);
        if (random.nextInt(4) == 0) {
          batch.delete(tableKey(key));
          model.delete(model.sequence() + 1, modelKey(key));
        } else {
          Record row = randomRow(key);
          batch.put(row);
          model.put(model.sequence() + 1, modelKey(key), row);
        }
      }
      table.write(batch);
    }

    private void get() {
      int key = random.nextInt(KEYS + 50);
      assertThat(table.get(tableKey(key))).isEqualTo(Optional.ofNullable(model.get(modelKey(key))));
    }

    private void scanRange() throws Exception {
      int a = random.nextInt(KEYS);
      int b = a + random.nextInt(200);
      NavigableMap<String, Record> expected;
      Scan scan = table.scan();
      if (configuration.compositeKey) {
        int region = random.nextInt(7);
        scan = scan.from("r" + region, a).to("r" + region, b);
        expected =
            model
                .state()
                .subMap(
                    "r%d/%07d".formatted(region, a), true, "r%d/%07d".formatted(region, b), false);
      } else {
        scan = scan.from(a).to(b);
        expected = model.state().subMap("%07d".formatted(a), true, "%07d".formatted(b), false);
      }
      List<Record> rows = new ArrayList<>(expected.values());
      switch (random.nextInt(4)) {
        case 0 -> {
          rows = new ArrayList<>(expected.descendingMap().values());
          scan = scan.reverse();
        }
        case 1 -> {
          rows = rows.subList(0, Math.min(5, rows.size()));
          scan = scan.limit(5);
        }
        case 2 -> {
          assertThat(byId(collect(scan.unordered()))).isEqualTo(byId(rows));
          return;
        }
        default -> {}
      }
      assertThat(collect(scan)).isEqualTo(rows);
    }

    private void prefixOrFilter() throws Exception {
      if (configuration.compositeKey && random.nextBoolean()) {
        String region = "r" + random.nextInt(7);
        assertThat(collect(table.scan().prefix(region)))
            .isEqualTo(List.copyOf(model.state().subMap(region + "/", region + "0").values()));
      } else {
        double bound = random.nextInt(10_000) / 4.0;
        List<Record> expected =
            model.state().values().stream()
                .filter(row -> row.getField("amount") != null)
                .filter(row -> (Double) row.getField("amount") > bound)
                .toList();
        Scan scan = table.scan().filter(Expressions.greaterThan("amount", bound));
        if (random.nextBoolean()) {
          assertThat(collect(scan)).isEqualTo(expected);
        } else {
          assertThat(byId(collect(scan.unordered()))).isEqualTo(byId(expected));
        }
      }
    }

    private void openSnapshot() {
      if (snapshots.size() < 4) {
        TableSnapshot snapshot = table.snapshot();
        assertThat(snapshot.sequence()).isEqualTo(model.sequence());
        snapshots.add(new OpenSnapshot(snapshot, model.state()));
      }
    }

    private void compareSnapshots() throws Exception {
      for (OpenSnapshot open : snapshots) {
        assertThat(collect(open.snapshot().scan())).isEqualTo(List.copyOf(open.rows().values()));
        int key = random.nextInt(KEYS);
        assertThat(open.snapshot().get(tableKey(key)))
            .isEqualTo(Optional.ofNullable(open.rows().get(modelKey(key))));
        open.snapshot().close();
      }
      snapshots.clear();
    }

    private void compareWhole() throws Exception {
      assertThat(collect(table.scan())).isEqualTo(List.copyOf(model.state().values()));
    }

    private void compareWithIceberg() throws Exception {
      if (!configuration.jdbc) {
        compareWithIceberg(new HadoopTables().load(tablePath()));
        return;
      }
      Catalog catalog =
          CatalogUtil.buildIcebergCatalog(
              "firn_catalog", CatalogDatabase.properties(directory), null);
      try (AutoCloseable ignored = (AutoCloseable) catalog) {
        compareWithIceberg(catalog.loadTable(identifier()));
      }
    }

    private void compareWithIceberg(Table iceberg) throws Exception {
      for (SnapshotInfo snapshot : table.snapshots()) {
        if (iceberg.snapshot(snapshot.snapshotId()) == null) {
          continue; // expired meanwhile
        }
        NavigableMap<String, Record> expected = model.stateAt(snapshot.sequence().getAsLong());
        List<Record> rows = new ArrayList<>();
        try (CloseableIterable<Record> records =
            IcebergGenerics.read(iceberg).useSnapshot(snapshot.snapshotId()).build()) {
          records.forEach(row -> rows.add(tableColumns(row)));
        } catch (NotFoundException e) {
          iceberg.refresh();
          if (iceberg.snapshot(snapshot.snapshotId()) == null) {
            continue; // expired, and its time of grace is over: this machine is slow
          }
          throw e;
        }
        assertThat(byId(rows))
            .as("snapshot %d at sequence %s", snapshot.snapshotId(), snapshot.sequence())
            .isEqualTo(byId(expected.values()));
      }
    }

    private void reopen() throws Exception {
      compareSnapshots();
      table.close();
      table = open();
    }

    /** Iceberg's reader leaves the position it masked rows by at the end of a row. */
    private Record tableColumns(Record read) {
      GenericRecord row = GenericRecord.create(schema);
      for (int i = 0; i < row.size(); i++) {
        row.set(i, read.get(i));
      }
      return row;
    }

    /** Rows in any order, for comparison; the ids are unique in every configuration. */
    private Map<Object, Record> byId(Collection<Record> rows) {
      Map<Object, Record> byId = new TreeMap<>();
      for (Record row : rows) {
        assertThat(byId.put(row.getField("id"), row)).as("one row per key").isNull();
      }
      return byId;
    }

    private List<Record> collect(Scan scan) throws Exception {
      List<Record> rows = new ArrayList<>();
      try (CloseableIterable<Record> records = scan.records()) {
        records.forEach(rows::add);
      }
      return rows;
    }

    @Override
    public void close() {
      table.close();
    }
  }
}
