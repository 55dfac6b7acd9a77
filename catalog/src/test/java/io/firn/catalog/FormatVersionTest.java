package io.firn.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.UnsupportedFeatureException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables of format version 2, for readers without version 3, and their way to version 3. */
class FormatVersionTest {

  private static final Map<String, String> VERSION_2 = Map.of("format-version", "2");

  @TempDir Path directory;

  private final Storage storage = new LocalStorage();

  private TableStore create(Places place) {
    TableStore store =
        TableStore.create(place.in(directory), storage, Rows.SCHEMA, Rows.KEY, VERSION_2);
    store.fence();
    return store;
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void deletedRowsAreInOneFileForEachDataFile(Places place) throws IOException {
    try (TableStore store = create(place)) {
      WrittenFile first = Rows.write(store, 0, Rows.range(0, 100, "v"));
      WrittenFile second = Rows.write(store, 0, Rows.range(100, 200, "v"));
      store.commitFlush(version -> Places.flush(1, List.of(first, second), Map.of()));
      delete(
          store,
          2,
          Map.of(first.path(), DeletionVector.of(3, 5), second.path(), DeletionVector.of(0)));
      delete(store, 3, Map.of(first.path(), DeletionVector.of(99)));

      Map<String, List<DeleteFile>> deletes = deletes(place.foreign(directory));
      assertThat(deletes.get(first.path())).hasSize(1);
      assertThat(deletes.get(second.path())).hasSize(1);
      for (List<DeleteFile> files : deletes.values()) {
        assertThat(files.get(0).format()).isEqualTo(FileFormat.PARQUET);
      }
      assertThat(deletes.get(first.path()).get(0).recordCount()).isEqualTo(3);
      assertThat(deletes.get(first.path()).get(0).referencedDataFile()).isEqualTo(first.path());
      assertThat(ids(place.foreign(directory))).hasSize(196).doesNotContain(3L, 5L, 99L, 100L);
      try (TableStore again = place.open(directory, storage)) {
        assertSame(again.version(), store.version());
        assertThat(again.version().file(first.path()).firstRowId()).isEqualTo(LiveFile.NO_ROW_ID);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void anUpgradeIsFollowedAndItsDeletesBecomeVectorsAtTheNextTouch(Places place)
      throws IOException {
    try (TableStore store = create(place)) {
      WrittenFile first = Rows.write(store, 0, Rows.range(0, 100, "v"));
      WrittenFile second = Rows.write(store, 0, Rows.range(100, 200, "v"));
      store.commitFlush(version -> Places.flush(1, List.of(first, second), Map.of()));
      delete(
          store,
          2,
          Map.of(first.path(), DeletionVector.of(1), second.path(), DeletionVector.of(0)));
      Table foreign = place.foreign(directory);
      foreign.updateProperties().set("format-version", "3").commit();
      store.refresh();
      assertThat(store.version().liveRows()).isEqualTo(198);

      delete(store, 3, Map.of(first.path(), DeletionVector.of(2)));
      foreign.refresh();
      Map<String, List<DeleteFile>> deletes = deletes(foreign);
      assertThat(deletes.get(first.path()))
          .singleElement()
          .satisfies(
              vector -> {
                assertThat(vector.format()).isEqualTo(FileFormat.PUFFIN);
                assertThat(vector.recordCount()).isEqualTo(2);
              });
      assertThat(deletes.get(second.path()))
          .singleElement()
          .satisfies(file -> assertThat(file.format()).isEqualTo(FileFormat.PARQUET));
      assertThat(ids(foreign)).hasSize(197).doesNotContain(1L, 2L, 100L);
      assertThat(store.version().file(first.path()).firstRowId()).isNotNegative();
      try (TableStore again = place.open(directory, storage)) {
        assertSame(again.version(), store.version());
      }
    }
  }

  @Test
  void filesOfDeletesThatNothingNamesAreOrphans() throws IOException {
    try (TableStore store = create(Places.PATH)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "v"));
      store.commitFlush(version -> Places.flush(1, List.of(file), Map.of()));
      delete(store, 2, Map.of(file.path(), DeletionVector.of(1)));
      String named = store.version().file(file.path()).dvFile().location();
      String lost = named.replaceAll("deletes-1-........", "deletes-1-00000000");
      try (var output = storage.create(lost)) {
        output.write(new byte[] {1}, 0, 1);
      }
      assertThat(store.leftovers(path -> true, Set.of(), () -> false)).containsExactly(lost);
    }
  }

  @Test
  void whatVersionTwoCannotHoldIsRefusedAtCreation() {
    Schema schema =
        new Schema(
            NestedField.required(1, "id", Types.LongType.get()),
            NestedField.optional(2, "at", Types.TimestampNanoType.withoutZone()));
    assertThatThrownBy(
            () ->
                TableStore.create(
                    Places.PATH.in(directory), storage, schema, List.of("id"), VERSION_2))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("timestamp_ns");
    assertThat(directory.resolve("table")).doesNotExist();
  }

  private static void assertSame(Version read, Version kept) {
    assertThat(read.files()).isEqualTo(kept.files());
    for (LiveFile file : kept.files().values()) {
      assertThat(read.file(file.path()).firstRowId()).isEqualTo(file.firstRowId());
    }
  }

  private static void delete(TableStore store, long sequence, Map<String, DeletionVector> rows) {
    store.commitFlush(version -> Places.flush(sequence, List.of(), rows));
  }

  private static Map<String, List<DeleteFile>> deletes(Table table) throws IOException {
    Map<String, List<DeleteFile>> deletes = new HashMap<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      tasks.forEach(task -> deletes.put(task.file().location(), task.deletes()));
    }
    return deletes;
  }

  private static Set<Long> ids(Table table) {
    return Rows.read(table, table.currentSnapshot().snapshotId()).keySet();
  }
}
