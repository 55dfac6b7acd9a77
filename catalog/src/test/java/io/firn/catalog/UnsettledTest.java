package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version knows what other engines have left for Firn to settle. */
class UnsettledTest {
  private final Storage storage = new LocalStorage();

  @TempDir Path directory;

  private static String append(TableStore store, Table table, String name, long from, long to) {
    table.refresh();
    table
        .newAppend()
        .appendFile(Rows.foreign(store, name, Rows.range(from, to, "foreign")))
        .commit();
    return store.location() + "/data/" + name;
  }

  private static FlushCommit settling(Version now, long sequence) {
    return new FlushCommit(List.of(), Map.of(), sequence, Map.of(), now.unsettled());
  }

  @Test
  void ourOwnCommitsLeaveNothing() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      Version version = store.commitFlush(now -> flush(1, List.of(file), Map.of()));
      assertThat(version.unsettled().isEmpty()).isTrue();
      assertThat(store.snapshots().get(0).summary()).containsEntry("firn.settled", "true");
    }
  }

  @Test
  void foreignFilesAreUnsettledUntilACommitSettlesThem() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      Table table = Places.PATH.foreign(directory);
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(file), Map.of()));
      String one = append(store, table, "00000-1.parquet", 5, 15);
      String two = append(store, table, "00000-2.parquet", 20, 25);
      assertThat(store.refresh().unsettled().files()).containsExactlyInAnyOrder(one, two);
      assertThat(store.commitFlush(now -> flush(2, List.of(), Map.of())).unsettled().files())
          .as("a commit that does not say so settles nothing")
          .containsExactlyInAnyOrder(one, two);
      Version settled = store.commitFlush(now -> settling(now, 3));
      assertThat(settled.unsettled().isEmpty()).isTrue();
      String three = append(store, table, "00000-3.parquet", 30, 35);
      assertThat(store.refresh().unsettled().files()).containsExactly(three);
      try (TableStore other = Places.PATH.open(directory, storage)) {
        assertThat(other.version().unsettled().files()).containsExactly(three);
      }
    }
  }

  @Test
  void aRollbackBringsBackWhatWasUnsettledThen() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      Table table = Places.PATH.foreign(directory);
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(file), Map.of()));
      String one = append(store, table, "00000-1.parquet", 5, 15);
      long unsettled = store.refresh().snapshotId();
      store.commitFlush(now -> settling(now, 2));
      table.refresh();
      table.manageSnapshots().rollbackTo(unsettled).commit();
      assertThat(store.refresh().unsettled().files()).containsExactly(one);
      assertThat(store.versionAt(unsettled).unsettled().files()).containsExactly(one);
    }
  }

  @Test
  void withoutHistoryEveryForeignFileCounts() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      store.updateProperties(Map.of("gc.enabled", "true"), Set.of());
      Table table = Places.PATH.foreign(directory);
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(file), Map.of()));
      String one = append(store, table, "00000-1.parquet", 20, 25);
      store.commitFlush(now -> settling(now, 2));
      String two = append(store, table, "00000-2.parquet", 30, 35);
      table.refresh();
      table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
      assertThat(store.refresh().unsettled().files()).containsExactlyInAnyOrder(one, two);
    }
  }

  @Test
  void aVersionFoundToNeedNoMasksIsMarkedWithoutASnapshot() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      append(store, Places.PATH.foreign(directory), "00000-1.parquet", 0, 5);
      Version version = store.refresh();
      assertThat(version.unsettled().isEmpty()).isFalse();
      store.markSettled(version);
      assertThat(store.version().unsettled().isEmpty()).isTrue();
      assertThat(store.version().snapshotId()).isEqualTo(version.snapshotId());
      try (TableStore other = Places.PATH.open(directory, storage)) {
        assertThat(other.version().unsettled().isEmpty()).isTrue();
      }
      append(store, Places.PATH.foreign(directory), "00000-2.parquet", 10, 15);
      assertThat(store.refresh().unsettled().files()).hasSize(1);
    }
  }

  @Test
  void equalityDeletesByKeyAreKeptForWhoeverSettles() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      WrittenFile before = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(before), Map.of()));
      Table table = Places.PATH.foreign(directory);
      DeleteFile delete =
          FileMetadata.deleteFileBuilder(table.spec())
              .ofEqualityDeletes(1)
              .withPath(store.location() + "/data/eq.parquet")
              .withFormat(FileFormat.PARQUET)
              .withFileSizeInBytes(10)
              .withRecordCount(1)
              .build();
      table
          .newRowDelta()
          .addRows(Rows.foreign(store, "00000-1.parquet", Rows.range(5, 8, "b")))
          .addDeletes(delete)
          .commit();
      Version version = store.refresh();
      assertThat(version.unsettled().deletes()).hasSize(1);
      LiveFile old = version.file(before.path());
      LiveFile beside = version.file(store.location() + "/data/00000-1.parquet");
      assertThat(version.unsettled().deletesOf(old)).hasSize(1);
      assertThat(version.unsettled().deletesOf(beside))
          .as("it concerns rows of earlier commits only")
          .isEmpty();
      assertThatThrownBy(
              () ->
                  store.commitFlush(
                      now ->
                          new FlushCommit(
                              List.of(),
                              Map.of(),
                              2,
                              Map.of(),
                              new Unsettled(Set.of("another"), List.of()))))
          .isInstanceOf(InvalidArgumentException.class);
      Version settled = store.commitFlush(now -> settling(now, 2));
      assertThat(settled.unsettled().isEmpty()).isTrue();
      try (TableStore other = Places.PATH.open(directory, storage)) {
        assertThat(other.version().unsettled().deletes()).isEmpty();
      }
    }
  }
}
