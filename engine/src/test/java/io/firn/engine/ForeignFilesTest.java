package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.SnapshotInfo;
import io.firn.error.SchemaMismatchException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.ForeignEngine;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.StorageOperation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Files and deletes of other engines, in whatever order and however often they repeat keys. */
class ForeignFilesTest {

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private FirnTable.Builder builder() {
    return Rows.at(directory)
        .option("flush-interval-millis", "1h")
        .option("refresh-interval-millis", "0")
        .option("compaction-workers", "0");
  }

  private ForeignEngine foreign() {
    return new ForeignEngine(new HadoopTables().load(directory.toString()));
  }

  private static Record row(long id, String name) {
    return Rows.row(id, name, 0.5);
  }

  /** What an outside reader sees, in no order. */
  private List<Record> outside() throws Exception {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(foreign().table()).build()) {
      records.forEach(read -> rows.add(Rows.row((Long) read.get(0), (String) read.get(1), 0.5)));
    }
    return rows;
  }

  @Test
  void anUnsortedFileThatRepeatsKeysIsReadRightInEveryWay() throws Exception {
    try (FirnTable table = builder().open()) {
      table.put(row(1, "old"));
      table.put(row(2, "old"));
      table.flush();
      ForeignEngine foreign = foreign();
      foreign.append(
          foreign.write(
              List.of(
                  row(5, "first"),
                  row(3, "new"),
                  row(4, "new"),
                  row(2, "new"),
                  row(5, "last"),
                  row(6, "new"))));
      table.put(row(4, "in memory"));
      table.refresh();
      List<Record> expected =
          List.of(
              row(1, "old"),
              row(2, "new"),
              row(3, "new"),
              row(4, "in memory"),
              row(5, "last"),
              row(6, "new"));
      assertThat(Rows.all(table.scan())).isEqualTo(expected);
      assertThat(Rows.all(table.scan().unordered())).containsExactlyInAnyOrderElementsOf(expected);
      for (Record row : expected) {
        assertThat(table.get(row.get(0))).contains(row);
      }
      table.flush();
      assertThat(outside()).containsExactlyInAnyOrderElementsOf(expected);
      table.compact(CompactionKind.FULL);
      assertThat(Rows.all(table.scan())).isEqualTo(expected);
      assertThat(outside()).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void anAppendOfNewKeysMakesNoSnapshotOfOurs() {
    try (FirnTable table = builder().open()) {
      table.put(row(1, "ours"));
      table.flush();
      ForeignEngine foreign = foreign();
      foreign.append(foreign.write(List.of(row(2, "theirs"))));
      table.refresh();
      assertThat(table.snapshots()).hasSize(2);
      assertThat(Rows.all(table.scan())).containsExactly(row(1, "ours"), row(2, "theirs"));
      table.compact(CompactionKind.FULL);
      assertThat(table.files()).hasSize(1);
    }
  }

  @Test
  void aReaderBesideTheWriterSeesEachKeyOnce() {
    try (FirnTable table = builder().open()) {
      table.put(row(1, "old"));
      table.flush();
      ForeignEngine foreign = foreign();
      foreign.append(foreign.write(List.of(row(1, "new"))));
      try (FirnTable reader = builder().openReadOnly()) {
        assertThat(Rows.all(reader.scan())).containsExactly(row(1, "new"));
        assertThat(Rows.all(reader.scan().unordered())).containsExactly(row(1, "new"));
        assertThat(reader.get(1L)).contains(row(1, "new"));
      }
    }
  }

  @Test
  void lineageDecidesAfterARewrite() throws Exception {
    try (FirnTable table = builder().open()) {
      table.put(row(1, "old"));
      table.put(row(2, "old"));
      table.flush();
      ForeignEngine foreign = foreign();
      foreign.append(foreign.write(List.of(row(1, "new"))));
      // The older rows move to a younger file.
      List<ForeignEngine.FileRow> moved =
          foreign.rows().stream().filter(row -> row.row().get(1).equals("old")).toList();
      foreign.compact(List.of(moved.get(0).file()), List.of(foreign.move(moved, List.of())));
      table.refresh();
      assertThat(Rows.all(table.scan())).containsExactly(row(1, "new"), row(2, "old"));
      assertThat(outside()).containsExactlyInAnyOrder(row(1, "new"), row(2, "old"));
    }
  }

  @Test
  void equalityDeletesBecomeDeletionVectors() throws Exception {
    try (FirnTable table = builder().open()) {
      for (long id = 0; id < 5; id++) {
        table.put(row(id, "ours"));
      }
      table.flush();
      ForeignEngine foreign = foreign();
      List<Record> upserted = List.of(row(3, "theirs"), row(7, "theirs"));
      foreign.upsert(List.of(row(1, ""), row(3, ""), row(7, "")), List.of(foreign.write(upserted)));
      table.put(row(4, "in memory"));
      table.flush();
      List<Record> expected =
          List.of(
              row(0, "ours"),
              row(2, "ours"),
              row(3, "theirs"),
              row(4, "in memory"),
              row(7, "theirs"));
      assertThat(Rows.all(table.scan())).isEqualTo(expected);
      assertThat(outside()).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(foreign.table().currentSnapshot().summary())
          .containsEntry("total-equality-deletes", "0")
          .containsEntry("firn.settled", "true");
    }
  }

  @Test
  void aRollbackWhileAFlushIsWrittenLeavesOneRowPerKey() throws Exception {
    FaultStorage storage = new FaultStorage(new LocalStorage());
    try (FirnTable table = builder().storage(storage).open()) {
      table.put(row(1, "first"));
      table.put(row(2, "first"));
      long target = table.flush().snapshotId();
      table.put(row(1, "second"));
      table.flush();
      table.put(row(1, "third"));
      // By then the flush has looked for its keys: the first row of 1 was masked.
      storage
          .on(StorageOperation.CREATE, PathPattern.glob("**/*.puffin"))
          .runOnce(path -> foreign().table().manageSnapshots().rollbackTo(target).commit());
      table.flush();
      assertThat(Rows.all(table.scan())).containsExactly(row(1, "third"), row(2, "first"));
      assertThat(outside()).containsExactlyInAnyOrder(row(1, "third"), row(2, "first"));
    }
    try (FirnTable again = builder().open()) {
      assertThat(Rows.all(again.scan())).containsExactly(row(1, "third"), row(2, "first"));
    }
  }

  @Test
  void theLogDoesNotBringBackWhatWasRolledBack() {
    long target;
    try (FirnTable table = builder().open()) {
      table.put(row(1, "first"));
      target = table.flush().snapshotId();
      table.put(row(2, "second"));
    }
    foreign().table().manageSnapshots().rollbackTo(target).commit();
    try (FirnTable table = builder().open()) {
      assertThat(Rows.all(table.scan())).containsExactly(row(1, "first"));
      table.put(row(3, "third"));
      table.flush();
      List<SnapshotInfo> snapshots = table.snapshots();
      assertThat(snapshots.get(snapshots.size() - 1).sequence()).hasValue(3);
    }
  }

  @Test
  void aPartitionedTableIsReadAndNoLongerWritten() {
    try (FirnTable table = builder().open()) {
      table.put(row(1, "ours"));
      table.flush();
      table.put(row(2, "in memory"));
      foreign().table().updateSpec().addField("name").commit();
      assertThatThrownBy(table::refresh)
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("partitioned");
      assertThatThrownBy(() -> table.put(row(3, "refused")))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("partitioned");
      assertThat(Rows.all(table.scan())).containsExactly(row(1, "ours"), row(2, "in memory"));
      assertThatThrownBy(table::flush).isInstanceOf(UnsupportedFeatureException.class);
    }
    foreign().table().updateSpec().removeField("name").commit();
    try (FirnTable again = builder().open()) {
      assertThat(Rows.all(again.scan())).containsExactly(row(1, "ours"), row(2, "in memory"));
      again.flush();
    }
  }

  @Test
  void aFlushThatMeetsARefusalStopsTheWriting() {
    try (FirnTable table = builder().open()) {
      table.put(row(1, "ours"));
      foreign().table().updateProperties().set("encryption.key-id", "key").commit();
      assertThatThrownBy(table::flush)
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("encrypted");
      assertThatThrownBy(() -> table.delete(1L)).isInstanceOf(UnsupportedFeatureException.class);
      assertThat(table.get(1L)).contains(row(1, "ours"));
    }
  }

  @Test
  void aChangedKeyStopsTheWritingAndLeavesReading() {
    try (FirnTable table = builder().open()) {
      table.put(row(1, "ours"));
      table.flush();
      foreign()
          .table()
          .updateSchema()
          .allowIncompatibleChanges()
          .addRequiredColumn("other", Types.LongType.get())
          .setIdentifierFields("id", "other")
          .commit();
      assertThatThrownBy(table::refresh).isInstanceOf(SchemaMismatchException.class);
      assertThatThrownBy(() -> table.delete(1L))
          .isInstanceOf(SchemaMismatchException.class)
          .hasMessageContaining("primary key");
      assertThat(Rows.all(table.scan())).containsExactly(row(1, "ours"));
    }
  }
}
