package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.NotATableException;
import io.firn.error.SchemaMismatchException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Other engines commit between our commits: we adopt it and lose neither side's rows. */
class ForeignCommitTest {
  private final Storage storage = new LocalStorage();

  @TempDir Path directory;

  private static void append(TableStore store, Table table, String name, long from, long to) {
    table.refresh();
    table
        .newAppend()
        .appendFile(Rows.foreign(store, name, Rows.range(from, to, "foreign")))
        .commit();
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void aForeignAppendIsAdoptedByRefresh(Places place) {
    try (TableStore store = place.create(directory, storage)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(7, List.of(file), Map.of(file.path(), DeletionVector.of(3))));
      Version before = store.version();
      assertThat(store.refresh()).as("nothing new").isSameAs(before);
      append(store, place.foreign(directory), "00000-foreign.parquet", 10, 15);
      Version after = store.refresh();
      assertThat(after.files()).hasSize(2);
      assertThat(after.flushedSequence()).isEqualTo(7);
      assertThat(after.file(file.path())).isSameAs(before.file(file.path()));
      LiveFile foreign = after.file(store.location() + "/data/00000-foreign.parquet");
      assertThat(foreign.levelHint()).isZero();
      assertThat(foreign.liveRows()).isEqualTo(5);
      assertThat(foreign.dataSequenceNumber()).isEqualTo(2 + place.fenceSnapshots());
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void aFlushThatAForeignCommitOvertakesIsPreparedAgain(Places place) {
    try (TableStore store = place.create(directory, storage)) {
      Table table = place.foreign(directory);
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      List<Integer> seen = new ArrayList<>();
      Version version =
          store.commitFlush(
              now -> {
                seen.add(now.files().size());
                if (seen.size() <= 2) {
                  append(
                      store,
                      table,
                      "00000-f" + seen.size() + ".parquet",
                      seen.size() * 100L,
                      seen.size() * 100L + 5);
                }
                return flush(1, List.of(file), Map.of());
              });
      assertThat(seen).containsExactly(0, 1, 2);
      assertThat(version.liveRows()).isEqualTo(20);
      assertThat(Rows.read(store.table(), version.snapshotId())).hasSize(20);
      assertThat(store.snapshots()).hasSize(3 + place.fenceSnapshots());
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void theFlushedSequenceSurvivesForeignCommitsAndExpiry(Places place) {
    try (TableStore store = place.create(directory, storage)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(42, List.of(file), Map.of()));
      store.updateProperties(Map.of("gc.enabled", "true"), Set.of());
      Table table = place.foreign(directory);
      append(store, table, "00000-f1.parquet", 100, 105);
      append(store, table, "00000-f2.parquet", 200, 205);
      table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
      assertThat(table.snapshots()).hasSize(1);
    }
    try (TableStore again = place.open(directory, storage)) {
      assertThat(again.version().flushedSequence()).isEqualTo(42);
      assertThat(again.version().liveRows()).isEqualTo(20);
    }
  }

  @Test
  void theFlushedSequenceNeverGoesBackByARollback() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      WrittenFile one = Rows.write(store, 0, Rows.range(0, 10, "a"));
      Version first = store.commitFlush(now -> flush(10, List.of(one), Map.of()));
      WrittenFile two = Rows.write(store, 0, Rows.range(10, 20, "a"));
      store.commitFlush(now -> flush(20, List.of(two), Map.of()));
      Places.PATH.foreign(directory).manageSnapshots().rollbackTo(first.snapshotId()).commit();
      Version back = store.refresh();
      assertThat(back.files()).containsOnlyKeys(one.path());
      assertThat(back.flushedSequence()).isEqualTo(20);
      assertThat(store.versionAt(first.snapshotId()).flushedSequence()).isEqualTo(20);
    }
  }

  @Test
  void icebergsOwnExpiryIsRefusedUnlessAllowed() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      Table table = Places.PATH.foreign(directory);
      assertThatThrownBy(table::expireSnapshots).hasMessageContaining("GC is disabled");
      assertThat(store.properties()).containsEntry("gc.enabled", "false");
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void aForeignDeletionVectorIsAdoptedAndUnited(Places place) throws Exception {
    try (TableStore store = place.create(directory, storage);
        TableStore other = place.open(directory, storage)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(file), Map.of(file.path(), DeletionVector.of(0))));
      Table table = place.foreign(directory);
      var files =
          DeletionVectorFiles.write(
              table.io(),
              checksum -> store.location() + "/data/foreign.puffin",
              table.spec(),
              Map.of(file.path(), DeletionVector.of(0, 5)));
      table
          .newRowDelta()
          .validateFromSnapshot(table.currentSnapshot().snapshotId())
          .addDeletes(files.get(file.path()))
          .removeDeletes(store.version().file(file.path()).dvFile())
          .commit();
      Version version =
          store.commitFlush(now -> flush(2, List.of(), Map.of(file.path(), DeletionVector.of(7))));
      assertThat(version.file(file.path()).deleted()).isEqualTo(DeletionVector.of(0, 5, 7));
      assertThat(other.refresh().files()).isEqualTo(version.files());
      assertThat(Rows.read(store.table(), version.snapshotId())).hasSize(7);
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void aColumnAddedByAnotherEngineIsAdopted(Places place) {
    try (TableStore store = place.create(directory, storage)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      Version before = store.commitFlush(now -> flush(1, List.of(file), Map.of()));
      place.foreign(directory).updateSchema().addColumn("extra", Types.IntegerType.get()).commit();
      Version after = store.refresh();
      assertThat(after.schema().schema().findField("extra")).isNotNull();
      assertThat(after.snapshotId()).isEqualTo(before.snapshotId());
      assertThat(after.files()).isEqualTo(before.files());
      SortedMap<Long, String> rows = Rows.range(10, 20, "b");
      WrittenFile next = Rows.write(store, 0, rows);
      Version flushed = store.commitFlush(now -> flush(2, List.of(next), Map.of()));
      assertThat(Rows.read(store.table(), flushed.snapshotId())).hasSize(20);
    }
  }

  @Test
  void aChangedKeyIsRefused() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      Places.PATH
          .foreign(directory)
          .updateSchema()
          .allowIncompatibleChanges()
          .addRequiredColumn("other", Types.LongType.get())
          .setIdentifierFields("id", "other")
          .commit();
      assertThatThrownBy(store::refresh)
          .isInstanceOf(SchemaMismatchException.class)
          .hasMessageContaining("key");
    }
  }

  @Test
  void theOrderOfTheKeyStaysWhenTheSortOrderIsReplaced() {
    var schema =
        new org.apache.iceberg.Schema(
            Types.NestedField.required(1, "a", Types.LongType.get()),
            Types.NestedField.required(2, "b", Types.LongType.get()));
    TableLocation location = Places.PATH.in(directory);
    try (TableStore store =
        TableStore.create(location, storage, schema, List.of("b", "a"), Map.of())) {
      store.fence();
      Places.PATH.foreign(directory).replaceSortOrder().asc("a").asc("b").commit();
      store.refresh();
    }
    try (TableStore store = TableStore.open(location, storage)) {
      assertThat(store.version().schema().keyFields())
          .extracting(Types.NestedField::name)
          .containsExactly("b", "a");
    }
  }

  @Test
  void aTableReplacedByAnotherIsNotOurs() throws Exception {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      Path metadata = directory.resolve("table/metadata");
      try (var files = java.nio.file.Files.list(metadata)) {
        for (Path file : files.toList()) {
          java.nio.file.Files.delete(file);
        }
      }
      assertThatThrownBy(store::refresh).isInstanceOf(NotATableException.class);
      try (TableStore other = Places.PATH.create(directory, storage)) {
        assertThat(other.uuid()).isNotEqualTo(store.uuid());
        assertThatThrownBy(store::refresh).isInstanceOf(NotATableException.class);
      }
    }
  }

  @Test
  void aForeignCommitLeavesDataFilesAlone() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      Table table = Places.PATH.foreign(directory);
      DataFile foreign = Rows.foreign(store, "00000-0-foreign.parquet", Rows.range(0, 5, "f"));
      table.newAppend().appendFile(foreign).commit();
      assertThat(store.orphans(Set.of(), Long.MAX_VALUE)).isEmpty();
    }
  }
}
