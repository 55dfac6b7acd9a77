package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.SummaryKeys;
import io.firn.error.FirnException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.CatalogDatabase;
import io.firn.testkit.EvolvedRow;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.SchemaEvolution;
import io.firn.testkit.Seeds;
import io.firn.testkit.StorageOperation;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The schema changes, by Firn and by others, in any order among writes, flushes, compactions and
 * crashes: old files, old records of the log, old memtables and old snapshots read right, by the
 * engine and by Iceberg's generic reader. {@code -Dfirn.evolutions=500} is the long form.
 */
class SchemaEvolutionTest {

  private static final int EVOLUTIONS = Integer.getInteger("firn.evolutions", 4);
  private static final int ONLY = Integer.getInteger("firn.evolution", -1);
  private static final int STEPS = 40;
  private static final int KEYS = 40;
  private static final TableIdentifier NAME = TableIdentifier.of("db", "rows");

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private final FaultStorage storage = new FaultStorage(new LocalStorage());
  private final TreeMap<Long, EvolvedRow> rows = new TreeMap<>();
  private final Map<Long, TreeMap<Long, EvolvedRow>> atSequence = new HashMap<>();
  private final List<String> story = new ArrayList<>();
  private Random random;
  private SchemaEvolution evolution;
  private Catalog catalog;
  private FirnTable table;
  private @Nullable TableSnapshot old;
  private List<String> oldTexts = List.of();

  static IntStream evolutions() {
    return ONLY < 0 ? IntStream.range(0, EVOLUTIONS) : IntStream.of(ONLY);
  }

  @ParameterizedTest
  @MethodSource("evolutions")
  void whateverTheOrderOldRowsReadRight(int number) throws Exception {
    random = seeds.random(number);
    evolution = new SchemaEvolution(random);
    table = open();
    catalog = CatalogUtil.buildIcebergCatalog("lake", CatalogDatabase.properties(directory), null);
    try {
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      compare();
      flush();
      compare();
      table.compact(CompactionKind.FULL);
      compare();
      reopen();
      compare();
      compareSnapshots();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "Evolution %d (-Dfirn.evolution=%d runs it alone):%n%s"
              .formatted(number, number, String.join("\n", story)),
          e);
    }
  }

  @AfterEach
  void close() throws IOException {
    closeOld();
    table.close();
    ((Closeable) catalog).close();
  }

  private FirnTable open() {
    return FirnTable.builder()
        .catalog("lake", CatalogDatabase.properties(directory), NAME)
        .schema(table == null ? SchemaEvolution.FIRST : null)
        .key("id")
        .storage(storage)
        .option("flush-interval-millis", "1h")
        .option("refresh-interval-millis", "0")
        .option("compaction-workers", "0")
        .option("close-millis-max", "1s")
        .option("durability", "none")
        .open();
  }

  private Table iceberg() {
    return catalog.loadTable(NAME);
  }

  private void step() throws IOException {
    int dice = random.nextInt(100);
    if (dice < 35) {
      evolve();
    } else if (dice < 65) {
      write();
    } else if (dice < 73) {
      flush();
    } else if (dice < 78) {
      CompactionKind[] kinds = CompactionKind.values();
      CompactionKind kind = kinds[random.nextInt(kinds.length)];
      story.add("compact " + kind);
      table.compact(kind);
    } else if (dice < 81) {
      reopen();
    } else if (dice < 84) {
      crash();
    } else if (dice < 88) {
      snapshot();
    } else if (dice < 97) {
      compare();
    } else {
      compareSnapshots();
    }
  }

  private void evolve() {
    SchemaEvolution.Step step = evolution.next(iceberg().schema());
    if (step == null) {
      return;
    }
    if (random.nextBoolean()) {
      story.add("we " + step.name());
      table.updateSchema(step.change());
      assertThat(table.schema().columns()).isEqualTo(iceberg().schema().columns());
      return;
    }
    story.add("others " + step.name());
    while (!evolveByIceberg(step)) {
      story.add("  a flush of ours came first");
    }
    if (random.nextBoolean()) {
      table.refresh();
    }
  }

  private boolean evolveByIceberg(SchemaEvolution.Step step) {
    try {
      UpdateSchema update = iceberg().updateSchema();
      step.change().accept(update);
      update.commit();
      return true;
    } catch (CommitFailedException flushed) {
      return false;
    }
  }

  private void write() {
    Schema schema = table.schema();
    WriteBatch batch = table.newBatch();
    for (int i = random.nextInt(8); i >= 0; i--) {
      long id = random.nextInt(KEYS);
      if (random.nextInt(5) == 0) {
        batch.delete(id);
        rows.remove(id);
      } else {
        GenericRecord row = evolution.row(schema, id);
        batch.put(row);
        rows.put(id, EvolvedRow.of(row, schema.asStruct()));
      }
    }
    long sequence = table.write(batch).sequence();
    atSequence.put(sequence, new TreeMap<>(rows));
    story.add("write up to " + sequence + " by schema " + schema.columns());
  }

  private void flush() {
    story.add("flush");
    table.flush();
  }

  private void reopen() {
    story.add("reopen");
    closeOld();
    table.close();
    table = open();
  }

  /** The process ends with rows, of several schemas perhaps, in the log alone. */
  private void crash() {
    story.add("crash");
    closeOld();
    storage
        .on(StorageOperation.CREATE, PathPattern.glob("**/data/*"))
        .failForGood(() -> new IOException("No space left on device"));
    try {
      table.close();
    } catch (FirnException expected) {
      story.add("  " + expected.getMessage());
    }
    storage.heal();
    table = open();
  }

  private void snapshot() {
    if (old == null) {
      story.add("snapshot");
      old = table.snapshot();
      oldTexts = texts(rows, old.schema());
    } else {
      compareOld();
      closeOld();
    }
  }

  private void compareOld() {
    TableSnapshot then = Objects.requireNonNull(old);
    story.add("read the snapshot");
    assertThat(texts(then.scan(), then.schema())).isEqualTo(oldTexts);
  }

  private void closeOld() {
    if (old != null) {
      old.close();
      old = null;
    }
  }

  /** Every way of reading the current rows, and a filter over a column of theirs. */
  private void compare() throws IOException {
    story.add("compare");
    table.refresh();
    Schema schema = table.schema();
    assertThat(schema.columns()).isEqualTo(iceberg().schema().columns());
    List<String> expected = texts(rows, schema);
    assertThat(texts(table.scan(), schema)).isEqualTo(expected);
    assertThat(texts(table.scan().unordered(), schema))
        .containsExactlyInAnyOrderElementsOf(expected);
    for (long id = 0; id < KEYS; id++) {
      EvolvedRow row = rows.get(id);
      assertThat(table.get(id).map(found -> EvolvedRow.text(found, schema.asStruct())).orElse(""))
          .as("key %d", id)
          .isEqualTo(row == null ? "" : row.text(schema.asStruct()));
    }
    List<NestedField> fields = SchemaEvolution.primitives(schema).toList();
    compareFilter(schema, fields.get(random.nextInt(fields.size())));
  }

  private void compareFilter(Schema schema, NestedField field) {
    List<Object> values = new ArrayList<>();
    rows.values().stream()
        .map(row -> row.value(field))
        .filter(Objects::nonNull)
        .forEach(values::add);
    assertThat(texts(table.scan().filter(Expressions.isNull(field.name())), schema))
        .as("%s is null", field)
        .isEqualTo(texts(matching(field, null), schema));
    if (!values.isEmpty()) {
      Object value = values.get(random.nextInt(values.size()));
      assertThat(texts(table.scan().filter(equal(field, value)), schema))
          .as("%s = %s", field, value)
          .isEqualTo(texts(matching(field, value), schema));
    }
  }

  private static Expression equal(NestedField field, Object value) {
    Object literal = value instanceof LocalDate date ? Math.toIntExact(date.toEpochDay()) : value;
    return Expressions.equal(field.name(), literal);
  }

  private Map<Long, EvolvedRow> matching(NestedField field, @Nullable Object value) {
    TreeMap<Long, EvolvedRow> matching = new TreeMap<>(rows);
    matching.values().removeIf(row -> !Objects.equals(row.value(field), value));
    return matching;
  }

  /** The retained Iceberg snapshots: Iceberg reads them under their own schema, we under ours. */
  private void compareSnapshots() throws IOException {
    story.add("compare snapshots");
    table.refresh();
    Table iceberg = iceberg();
    for (Snapshot snapshot : iceberg.snapshots()) {
      long sequence = Long.parseLong(snapshot.summary().get(SummaryKeys.SEQUENCE));
      TreeMap<Long, EvolvedRow> then = atSequence.getOrDefault(sequence, new TreeMap<>());
      Schema its = iceberg.schemas().get(snapshot.schemaId());
      List<String> seen = new ArrayList<>();
      try (CloseableIterable<Record> records =
          IcebergGenerics.read(iceberg).useSnapshot(snapshot.snapshotId()).build()) {
        records.forEach(row -> seen.add(EvolvedRow.text(row, its.asStruct())));
      }
      assertThat(seen)
          .as("%s by Iceberg", snapshot)
          .containsExactlyInAnyOrderElementsOf(texts(then, its));
      assertThat(texts(table.scan().asOf(snapshot.snapshotId()), table.schema()))
          .as("%s by the engine", snapshot)
          .isEqualTo(texts(then, table.schema()));
    }
  }

  private static List<String> texts(Map<Long, EvolvedRow> rows, Schema schema) {
    return rows.values().stream().map(row -> row.text(schema.asStruct())).toList();
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
}
