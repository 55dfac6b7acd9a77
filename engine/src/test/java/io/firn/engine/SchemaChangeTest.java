package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.error.StorageException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.types.Types;
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
}
