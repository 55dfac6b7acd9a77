package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.StorageException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another engine changes the schema: what was written before is read under the new one, from
 * memtable, log and file.
 */
class SchemaChangeTest {

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private void addColumn() {
    Table table = new HadoopTables().load(directory.toString());
    table
        .updateSchema()
        .addColumn("extra", Types.IntegerType.get())
        .renameColumn("name", "title")
        .commit();
  }

  private static Record changed(FirnTable table, long id, String title, Integer extra) {
    GenericRecord row = GenericRecord.create(table.schema());
    row.setField("id", id);
    row.setField("title", title);
    row.setField("amount", 0.5);
    row.setField("extra", extra);
    return row;
  }

  @Test
  void aLiveEngineAdoptsItAndReadsWhatItHadWritten() {
    try (FirnTable table = Rows.at(directory).option("flush-interval-millis", "1h").open()) {
      table.put(Rows.row(1, "in a file", 0.5));
      table.flush();
      table.put(Rows.row(2, "in the memtable", 0.5));
      try (TableSnapshot before = table.snapshot()) {
        addColumn();
        table.refresh();
        assertThat(table.schema().findField("extra")).isNotNull();
        assertThat(before.schema().findField("extra")).isNull();
        assertThat(Rows.all(before.scan()))
            .containsExactly(Rows.row(1, "in a file", 0.5), Rows.row(2, "in the memtable", 0.5));
      }
      assertThat(table.get(1L)).contains(changed(table, 1, "in a file", null));
      assertThat(table.get(2L)).contains(changed(table, 2, "in the memtable", null));
      assertThatThrownBy(() -> table.put(Rows.row(3))).isInstanceOf(InvalidArgumentException.class);
      table.put(changed(table, 3, "new", 7));
      assertAll(table);
      table.flush();
      assertAll(table);
      table.compact(CompactionKind.FULL);
      assertAll(table);
    }
    try (FirnTable table = FirnTable.open(directory.toString())) {
      assertAll(table);
    }
  }

  @Test
  void whoHasFlushedMakesBatchesOfTheSchemaThatTheFlushHasFound() {
    CountDownLatch looked = new CountDownLatch(1);
    TableListener holdsTheWorker =
        new TableListener() {
          @Override
          public void onFlush(FlushEvent event) {
            Patience.await(looked);
          }
        };
    try (FirnTable table =
        Rows.at(directory)
            .option("flush-interval-millis", "1h")
            .option("refresh-interval-millis", "0")
            .listener(holdsTheWorker)
            .open()) {
      table.put(Rows.row(1));
      addColumn();
      table.flush();
      assertThat(table.schema().findField("extra")).isNotNull();
      looked.countDown();
      table.put(changed(table, 2, "new", 7));
      assertThat(table.get(2L)).contains(changed(table, 2, "new", 7));
    } finally {
      looked.countDown();
    }
  }

  private static void assertAll(FirnTable table) {
    Record[] expected = {
      changed(table, 1, "in a file", null),
      changed(table, 2, "in the memtable", null),
      changed(table, 3, "new", 7)
    };
    assertThat(Rows.all(table.scan())).containsExactly(expected);
    assertThat(Rows.all(table.scan().unordered())).containsExactlyInAnyOrder(expected);
    assertThat(Rows.all(table.scan().select("extra").reverse()))
        .extracting(row -> row.get(0))
        .containsExactly(7, null, null);
  }

  @Test
  void aFlushThatMeetsItBringsTheOldRowsAlong() {
    try (FirnTable table = Rows.at(directory).option("flush-interval-millis", "1h").open()) {
      table.put(Rows.row(1, "in the memtable", 0.5));
      addColumn();
      table.flush();
      table.refresh();
      table.put(changed(table, 2, "new", 7));
      table.flush();
      assertThat(Rows.all(table.scan()))
          .containsExactly(changed(table, 1, "in the memtable", null), changed(table, 2, "new", 7));
    }
  }

  @Test
  void theLogIsReplayedUnderTheSchemaItWasWrittenWith() {
    FaultStorage storage = new FaultStorage(new LocalStorage());
    FirnTable table = Rows.at(directory).storage(storage).option("close-millis-max", "1s").open();
    table.put(Rows.row(1, "in the log", 0.5));
    storage
        .on(StorageOperation.CREATE, PathPattern.glob("**/data/*.parquet"))
        .failForGood(() -> new IOException("No space left on device"));
    assertThatThrownBy(table::close).isInstanceOf(StorageException.class);
    addColumn();
    try (FirnTable again = FirnTable.open(directory.toString())) {
      assertThat(Rows.all(again.scan())).containsExactly(changed(again, 1, "in the log", null));
      again.put(changed(again, 2, "new", 7));
      again.flush();
      assertThat(Rows.all(again.scan()))
          .containsExactly(changed(again, 1, "in the log", null), changed(again, 2, "new", 7));
    }
  }

  @Test
  void rowsInMemoryHaveTheDefaultOfAColumnAddedSince() {
    try (FirnTable table = Rows.at(directory).option("flush-interval-millis", "1h").open()) {
      table.put(Rows.row(1));
      table.flush();
      table.put(Rows.row(2));
      new HadoopTables()
          .load(directory.toString())
          .updateSchema()
          .addColumn(
              "since",
              Types.DateType.get(),
              "a default that Iceberg keeps as a number of days",
              Literal.of("2026-11-28").to(Types.DateType.get()))
          .commit();
      table.refresh();
      assertThat(Rows.all(table.scan().select("since")))
          .extracting(row -> row.get(0))
          .containsExactly(LocalDate.of(2026, 11, 28), LocalDate.of(2026, 11, 28));
      assertThat(table.get(2L).orElseThrow().getField("since"))
          .isEqualTo(LocalDate.of(2026, 11, 28));
    }
  }

  @Test
  void ourOwnChangesAreThereWhenTheCallReturns() {
    try (FirnTable table = Rows.at(directory).option("flush-interval-millis", "1h").open()) {
      table.put(Rows.row(1, "in a file", 0.5));
      table.flush();
      table.put(Rows.row(2, "in the memtable", 0.5));
      table.updateSchema(
          schema ->
              schema.addColumn("extra", Types.IntegerType.get()).renameColumn("name", "title"));
      table.put(changed(table, 3, "new", 7));
      assertAll(table);
      assertThat(new HadoopTables().load(directory.toString()).schema().columns())
          .isEqualTo(table.schema().columns());
    }
  }

  @Test
  void aChangeThatCannotBeServedIsRefusedAndLeavesEverythingAsItWas() {
    try (FirnTable table = Rows.at(directory).open()) {
      table.put(Rows.row(1));
      List<NestedField> before = table.schema().columns();
      assertThatThrownBy(() -> table.updateSchema(schema -> schema.deleteColumn("nothing")))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("nothing");
      assertThatThrownBy(() -> table.updateSchema(schema -> schema.deleteColumn("id")))
          .isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(
              () ->
                  table.updateSchema(
                      schema ->
                          schema
                              .allowIncompatibleChanges()
                              .addRequiredColumn("other", Types.LongType.get())
                              .setIdentifierFields("id", "other")))
          .isInstanceOf(SchemaMismatchException.class)
          .hasMessageContaining("primary key");
      assertThatThrownBy(
              () ->
                  table.updateSchema(schema -> schema.addColumn("shape", Types.VariantType.get())))
          .isInstanceOf(FirnException.class);
      assertThat(table.schema().columns()).isEqualTo(before);
      table.put(Rows.row(2));
      table.flush();
      assertThat(Rows.all(table.scan())).containsExactly(Rows.row(1), Rows.row(2));
    }
  }

  @Test
  void rowsWithoutColumnNamesAreRefusedOnceTheColumnsStandInAnotherOrder() {
    Schema pair =
        new Schema(
            NestedField.required(1, "id", Types.LongType.get()),
            NestedField.optional(2, "from", Types.StringType.get()),
            NestedField.optional(3, "to", Types.StringType.get()));
    try (FirnTable table =
        FirnTable.builder().path(directory.toString()).schema(pair).key("id").open()) {
      HadoopTables foreign = new HadoopTables();
      table.put(row(1L, "Wien", "Graz"));
      foreign.load(directory.toString()).updateSchema().renameColumn("from", "origin").commit();
      table.refresh();
      table.put(row(2L, "Wien", "Graz"));
      table.flush(); // so that none of ours comes in the way of the next foreign commit

      foreign.load(directory.toString()).updateSchema().moveFirst("to").commit();
      table.refresh();
      StructLike old = row(3L, "Wien", "Graz");
      assertThatThrownBy(() -> table.put(old))
          .isInstanceOf(SchemaMismatchException.class)
          .hasMessageContaining("order");
      assertThatThrownBy(() -> table.putAll(List.of(old)))
          .isInstanceOf(SchemaMismatchException.class);
      WriteBatch batch = table.newBatch();
      assertThatThrownBy(() -> batch.put(old)).isInstanceOf(SchemaMismatchException.class);
      assertThat(batch.isEmpty()).isTrue();
      assertThat(batch.schema().columns().get(0).name()).isEqualTo("to");
      batch.put(row("Graz", 3L, "Wien"));
      table.write(batch);
      table.flush();
      assertThat(Rows.all(table.scan().select("id", "origin", "to")))
          .extracting(row -> row.get(1) + " to " + row.get(2))
          .containsOnly("Wien to Graz")
          .hasSize(3);
      assertThat(table.get(3L).orElseThrow().getField("to")).isEqualTo("Graz");
    }
    try (FirnTable again = FirnTable.open(directory.toString())) {
      again.put(row("Graz", 4L, "Wien"));
      assertThat(again.get(4L).orElseThrow().getField("to")).isEqualTo("Graz");
    }
  }

  @Test
  void nestedColumnsInAnotherOrderCountToo() {
    Schema nested =
        new Schema(
            NestedField.required(1, "id", Types.LongType.get()),
            NestedField.optional(
                2,
                "stay",
                Types.StructType.of(
                    NestedField.optional(3, "first", Types.DateType.get()),
                    NestedField.optional(4, "last", Types.DateType.get()))));
    try (FirnTable table =
        FirnTable.builder().path(directory.toString()).schema(nested).key("id").open()) {
      new HadoopTables().load(directory.toString()).updateSchema().moveFirst("stay.last").commit();
      table.refresh();
      assertThatThrownBy(() -> table.put(row(1L, row(null, null))))
          .isInstanceOf(SchemaMismatchException.class);
    }
  }

  /** A row that knows its values alone. */
  private static StructLike row(Object... values) {
    return new StructLike() {
      @Override
      public int size() {
        return values.length;
      }

      @Override
      public <T> T get(int position, Class<T> type) {
        return type.cast(values[position]);
      }

      @Override
      public <T> void set(int position, T value) {
        throw new UnsupportedOperationException();
      }
    };
  }
}
