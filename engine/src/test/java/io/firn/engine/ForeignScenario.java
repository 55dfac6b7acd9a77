package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.TableLocation;
import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.SchemaMismatchException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.CatalogDatabase;
import io.firn.testkit.EvolvedRow;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.ForeignEngine;
import io.firn.testkit.ForeignState;
import io.firn.testkit.ForeignState.Row;
import io.firn.testkit.ForeignStatement;
import io.firn.testkit.PathPattern;
import io.firn.testkit.StorageOperation;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * One random interleaving of what Firn does with what other engines do to the same table, in a JDBC
 * catalog: foreign statements run between Firn's operations, and in the middle of its flushes,
 * compactions and commits. Compares the engine, Iceberg's generic reader at every retained snapshot
 * and the model. Everything that was done is in {@link #story}.
 */
final class ForeignScenario implements AutoCloseable {

  private static final long KEYS = 60;
  private static final TableIdentifier NAME = TableIdentifier.of("db", "rows");

  private static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "id", Types.LongType.get()),
          NestedField.optional(2, "note", Types.StringType.get()),
          NestedField.required(3, "amount", Types.IntegerType.get()),
          NestedField.required(ForeignState.VERSION, "version", Types.LongType.get()));

  private final Path directory;
  private final Random random;
  private final int compactionWorkers;
  private final int formatVersion;
  private final FaultStorage storage = new FaultStorage(new LocalStorage());
  private final ForeignModel model = new ForeignModel();
  private final List<String> story = Collections.synchronizedList(new ArrayList<>());
  private final Set<Long> compared = new HashSet<>();
  private final Catalog catalog;
  private final ForeignEngine foreign;
  private FirnTable table;
  private long versions;

  /**
   * @param formatVersion of the table, 2 or 3
   */
  ForeignScenario(Path directory, Random random, int formatVersion) {
    this.directory = directory;
    this.random = random;
    this.compactionWorkers = random.nextInt(2);
    this.formatVersion = formatVersion;
    this.table = open();
    this.catalog = CatalogUtil.buildIcebergCatalog("lake", foreignProperties(), null);
    this.foreign = new ForeignEngine(catalog.loadTable(NAME));
  }

  List<String> story() {
    return story;
  }

  private Map<String, String> foreignProperties() {
    Map<String, String> properties = new HashMap<>(CatalogDatabase.properties(directory));
    properties.put("io-impl", "io.firn.catalog.DurableFileIO");
    return properties;
  }

  private FirnTable open() {
    return FirnTable.builder()
        .catalog("lake", CatalogDatabase.properties(directory), NAME)
        .schema(table == null ? SCHEMA : null)
        .key("id")
        .property("gc.enabled", "true")
        .property("format-version", Integer.toString(formatVersion))
        .storage(storage)
        .options(
            FirnOptions.builder()
                .set(OptionKey.MEMTABLE_BYTES_MAX, 64 << 10)
                .set(OptionKey.COMPACTION_WORKERS, compactionWorkers)
                .set(OptionKey.COMPACTION_LEVEL0_FILES, 3)
                .set(OptionKey.FLUSH_INTERVAL_MILLIS, 3_600_000)
                .set(OptionKey.REFRESH_INTERVAL_MILLIS, 0)
                .set(OptionKey.SNAPSHOTS_RETAINED_MIN, 50)
                .durability(Durability.NONE)
                .build())
        .open();
  }

  /** Runs so many steps, and compares everything at the end once more. */
  void run(int steps) throws IOException {
    write();
    flush();
    for (int i = 0; i < steps; i++) {
      step();
    }
    compare();
    flush();
    story.add("compact FULL");
    table.compact(CompactionKind.FULL);
    compare();
    reopen();
    compare();
    VerifyReport report =
        TableVerifier.verify(
            TableLocation.ofCatalog("lake", CatalogDatabase.properties(directory), NAME),
            storage,
            TableVerifier.Depth.KEYS,
            (done, total) -> {});
    assertThat(report.sound()).as("%s", report.findings()).isTrue();
  }

  private void step() throws IOException {
    int dice = random.nextInt(100);
    if (dice < 30) {
      write();
    } else if (dice < 60) {
      statement();
    } else if (dice < 70) {
      amidst(this::flush);
    } else if (dice < 77) {
      amidst(this::compact);
    } else if (dice < 83) {
      amidst(
          () -> {
            story.add("refresh");
            table.refresh();
          });
    } else if (dice < 87) {
      reopen();
    } else if (dice < 91) {
      crash();
    } else {
      compare();
    }
  }

  private void write() {
    List<Long> keys = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      keys.add(random.nextLong(KEYS));
    }
    long dice = random.nextLong();
    while (!write(keys, new Random(dice))) {
      story.add("  again, for a column came in between");
    }
  }

  /** Writes rows of the schema as it is now; false if that changes meanwhile. */
  private boolean write(List<Long> keys, Random dice) {
    WriteBatch batch = table.newBatch();
    List<Row> rows = new ArrayList<>();
    try {
      for (long key : keys) {
        if (dice.nextInt(4) == 0) {
          batch.delete(key);
          rows.add(null);
        } else {
          Record row = row(table.schema(), key, dice);
          batch.put(row);
          rows.add(Row.of(row));
        }
      }
      long sequence = table.write(batch).sequence() - keys.size() + 1;
      for (int i = 0; i < keys.size(); i++) {
        model.wrote(sequence + i, keys.get(i), rows.get(i));
      }
    } catch (SchemaMismatchException | InvalidArgumentException changed) {
      assertThat(table.newBatch().schema()).isNotSameAs(batch.schema());
      return false;
    }
    story.add("write " + keys);
    return true;
  }

  private void flush() {
    story.add("flush");
    table.flush();
  }

  private void compact() {
    CompactionKind kind = CompactionKind.values()[random.nextInt(CompactionKind.values().length)];
    story.add("compact " + kind);
    table.compact(kind);
  }

  /** A foreign statement, now. */
  private void statement() {
    ForeignStatement[] all = ForeignStatement.values();
    statement(all[random.nextInt(all.length)], random);
  }

  private void statement(ForeignStatement statement, Random dice) {
    model.look(foreign.table());
    ForeignStatement.Call call =
        new ForeignStatement.Call(foreign, new Surroundings(dice), dice, KEYS);
    Snapshot base = foreign.planned().currentSnapshot();
    if (base == null) {
      return;
    }
    try {
      story.add(statement + " on snapshot " + base.snapshotId());
      model.look(foreign.table(), call.run(statement));
    } catch (ValidationException | CommitFailedException | IllegalArgumentException refused) {
      // As another engine would fail: a compaction of ours came first, or there is no such column.
      story.add("  refused: " + refused.getMessage());
    }
  }

  /** What a foreign statement knows of the table. */
  private final class Surroundings implements ForeignStatement.Surroundings {
    private final Random dice;

    Surroundings(Random dice) {
      this.dice = dice;
    }

    @Override
    public ForeignState current() {
      return model.current(foreign.planned());
    }

    @Override
    public ForeignState at(long snapshotId) {
      return model.at(snapshotId);
    }

    @Override
    public Record row(Schema schema, long key) {
      return ForeignScenario.this.row(schema, key, dice);
    }

    @Override
    public long serial() {
      return ++versions;
    }
  }

  /** A row of whatever columns there are. */
  private Record row(Schema schema, long key, Random dice) {
    GenericRecord row = GenericRecord.create(schema);
    long version = ++versions;
    for (NestedField field : schema.columns()) {
      Object value =
          switch (field.type().typeId()) {
            case STRING -> "text " + dice.nextInt(1000);
            case INTEGER -> dice.nextInt(1000);
            default -> dice.nextLong(1L << 40);
          };
      row.setField(
          field.name(),
          switch (field.fieldId()) {
            case 1 -> key;
            case ForeignState.VERSION -> version;
            default -> field.isOptional() && dice.nextInt(5) == 0 ? null : value;
          });
    }
    return row;
  }

  /** A foreign statement at some moment in the midst of an operation of ours. */
  private void amidst(Runnable operation) {
    if (random.nextBoolean()) {
      operation.run();
      return;
    }
    boolean atCommit = random.nextBoolean();
    ForeignStatement[] all = ForeignStatement.values();
    ForeignStatement statement = all[random.nextInt(all.length)];
    Random dice = new Random(random.nextLong());
    AtomicBoolean underWay = new AtomicBoolean(true);
    storage
        .on(
            StorageOperation.CREATE,
            PathPattern.glob(atCommit ? "**/metadata/snap-*.avro" : "**/data/L*.parquet"))
        .nth(1 + random.nextInt(2))
        .runOnce(
            path -> {
              synchronized (underWay) {
                if (underWay.get()) {
                  story.add("in the midst of it, before " + path.replaceAll(".*/", ""));
                  statement(statement, dice);
                }
              }
            });
    try {
      operation.run();
    } finally {
      storage.heal();
      // It may be a compaction in the background that the statement came upon: not beside this.
      synchronized (underWay) {
        underWay.set(false);
      }
    }
  }

  private void reopen() {
    story.add("reopen");
    table.close();
    table = open();
  }

  /** The process ends with writes in the log alone, and another engine goes on. */
  private void crash() {
    story.add("crash");
    storage
        .on(StorageOperation.CREATE, PathPattern.glob("**/data/L*.parquet"))
        .failForGood(() -> new IOException("No space left on device"));
    storage
        .on(StorageOperation.CREATE, PathPattern.glob("**/data/d*-*.p*"))
        .failForGood(() -> new IOException("No space left on device"));
    try {
      table.close();
    } catch (FirnException expected) {
      story.add("  " + expected.getMessage());
    }
    storage.heal();
    if (random.nextBoolean()) {
      statement();
    }
    table = open();
    flush(); // what the log had is in the table before the next statement runs
  }

  private void compare() throws IOException {
    story.add("compare");
    table.refresh();
    Table seen = foreign.table();
    model.look(seen);
    Schema schema = table.schema();
    assertThat(schema.columns()).isEqualTo(seen.schema().columns());
    ForeignState expected = model.engine(seen);
    List<String> texts = ForeignModel.texts(expected, schema);
    assertThat(texts(table.scan(), schema)).isEqualTo(texts);
    assertThat(texts(table.scan().unordered(), schema)).containsExactlyInAnyOrderElementsOf(texts);
    List<String> reversed = new ArrayList<>(texts);
    Collections.reverse(reversed);
    assertThat(texts(table.scan().reverse(), schema)).isEqualTo(reversed);
    for (long key = 0; key < 2 * KEYS; key++) {
      assertThat(table.get(key).map(row -> EvolvedRow.text(row, schema.asStruct())))
          .as("key %d", key)
          .isEqualTo(
              Optional.ofNullable(expected.rows().get(key))
                  .map(
                      rows ->
                          ForeignModel.texts(
                                  new ForeignState(new TreeMap<>(Map.of(rows.get(0).id(), rows))),
                                  schema)
                              .get(0)));
    }
    for (Snapshot snapshot : seen.snapshots()) {
      if (compared.add(snapshot.snapshotId()) || random.nextInt(10) == 0) {
        compareSnapshot(snapshot);
      }
    }
  }

  private void compareSnapshot(Snapshot snapshot) throws IOException {
    Schema then = foreign.table().schemas().get(snapshot.schemaId());
    ForeignState rows = model.at(snapshot.snapshotId());
    if (rows == null) {
      return; // committed meanwhile
    }
    List<String> seen = new ArrayList<>();
    try (CloseableIterable<Record> records =
        IcebergGenerics.read(foreign.table()).useSnapshot(snapshot.snapshotId()).build()) {
      records.forEach(row -> seen.add(EvolvedRow.text(row, then.asStruct())));
    }
    assertThat(seen)
        .as("snapshot %s", snapshot)
        .containsExactlyInAnyOrderElementsOf(ForeignModel.texts(rows, then));
    if (random.nextInt(5) == 0) {
      assertThat(texts(table.scan().asOf(snapshot.snapshotId()), table.schema()))
          .as("snapshot %s as the engine sees it", snapshot)
          .isEqualTo(ForeignModel.texts(rows.settled(), table.schema()));
    }
  }

  private static List<String> texts(Scan scan, Schema schema) {
    List<String> texts = new ArrayList<>();
    try (CloseableIterable<Record> records = scan.records()) {
      records.forEach(row -> texts.add(EvolvedRow.text(row, schema.asStruct())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  @Override
  public void close() throws IOException {
    try {
      table.close();
    } finally {
      ((Closeable) catalog).close();
    }
  }
}
