package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compactions: one snapshot, no row changed, deletes that came late carried along. */
class RewriteTest {
  @TempDir Path directory;

  private TableStore store;

  @BeforeEach
  void createTable() {
    store = Places.PATH.create(directory, new LocalStorage());
  }

  @AfterEach
  void closeTable() {
    store.close();
  }

  private WrittenFile flushRows(long sequence, SortedMap<Long, String> rows) {
    WrittenFile file = Rows.write(store, 0, rows);
    store.commitFlush(now -> flush(sequence, List.of(file), Map.of()));
    return file;
  }

  private RewriteCommit rewrite(
      Version now, List<WrittenFile> outputs, Map<String, DeletionVector> deletes) {
    return new RewriteCommit(List.copyOf(now.files().values()), outputs, deletes, Map.of());
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void deletesThatCameLateAreCarriedInTheSameSnapshot(Places place) {
    store.close();
    store =
        place == Places.PATH
            ? place.open(directory, new LocalStorage())
            : place.create(directory, new LocalStorage());
    store.fence();
    WrittenFile first = flushRows(1, Rows.range(0, 10, "a"));
    WrittenFile second = flushRows(2, Rows.range(10, 20, "b"));
    SortedMap<Long, String> merged = Rows.range(0, 10, "a");
    merged.putAll(Rows.range(10, 20, "b"));
    WrittenFile output = Rows.write(store, 1, merged);
    store.commitFlush(
        now ->
            flush(
                3,
                List.of(),
                Map.of(
                    first.path(), DeletionVector.of(3), second.path(), DeletionVector.of(0, 9))));
    long newest = store.version().file(second.path()).dataSequenceNumber();
    Version version =
        store.commitRewrite(
            now ->
                rewrite(now, List.of(output), Map.of(output.path(), DeletionVector.of(3, 10, 19))));
    merged.keySet().removeAll(List.of(3L, 10L, 19L));
    assertThat(version.files()).containsOnlyKeys(output.path());
    assertThat(version.flushedSequence()).isEqualTo(3);
    assertThat(Rows.read(store.table(), version.snapshotId())).isEqualTo(merged);
    Snapshot snapshot = store.table().currentSnapshot();
    assertThat(snapshot.operation()).isEqualTo("replace");
    assertThat(snapshot.summary())
        .containsEntry("firn.sequence", "3")
        .containsEntry("firn.job", "compaction")
        .containsEntry("removed-dvs", "2")
        .containsEntry("added-dvs", "1");
    assertThat(version.file(output.path()).dataSequenceNumber())
        .as("the outputs are as old as the newest input")
        .isEqualTo(newest);
    try (TableStore again = place.open(directory, new LocalStorage())) {
      assertThat(again.version().files()).isEqualTo(version.files());
      LiveFile read = again.version().file(output.path());
      LiveFile kept = version.file(output.path());
      assertThat(read.dataSequenceNumber()).isEqualTo(kept.dataSequenceNumber());
      assertThat(read.firstRowId()).isEqualTo(kept.firstRowId());
    }
  }

  @Test
  void aDeletionVectorAfterACompactionAppliesToItsOutput() {
    flushRows(1, Rows.range(0, 10, "a"));
    WrittenFile output = Rows.write(store, 1, Rows.range(0, 10, "a"));
    store.commitRewrite(now -> rewrite(now, List.of(output), Map.of()));
    Version version =
        store.commitFlush(
            now -> flush(2, List.of(), Map.of(output.path(), DeletionVector.of(0, 1))));
    assertThat(Rows.read(store.table(), version.snapshotId())).isEqualTo(Rows.range(2, 10, "a"));
  }

  @Test
  void aCompactionMayLeaveNoFile() {
    WrittenFile file = flushRows(1, Rows.range(0, 3, "a"));
    store.commitFlush(now -> flush(2, List.of(), Map.of(file.path(), DeletionVector.of(0, 1, 2))));
    Version version = store.commitRewrite(now -> rewrite(now, List.of(), Map.of()));
    assertThat(version.files()).isEmpty();
    assertThat(Rows.read(store.table(), version.snapshotId())).isEmpty();
  }

  @Test
  void aCompactionThatWouldLoseOrBringBackRowsIsRefused() {
    WrittenFile file = flushRows(1, Rows.range(0, 10, "a"));
    store.commitFlush(now -> flush(2, List.of(), Map.of(file.path(), DeletionVector.of(4))));
    Version before = store.version();
    WrittenFile all = Rows.write(store, 1, Rows.range(0, 10, "a"));
    assertThatThrownBy(() -> store.commitRewrite(now -> rewrite(now, List.of(all), Map.of())))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("9 live rows")
        .hasMessageContaining("would leave 10");
    WrittenFile few = Rows.write(store, 1, Rows.range(0, 4, "a"));
    assertThatThrownBy(() -> store.commitRewrite(now -> rewrite(now, List.of(few), Map.of())))
        .isInstanceOf(InvalidArgumentException.class);
    assertThat(store.refresh()).isSameAs(before);
    Version left =
        store.commitRewrite(
            now ->
                new RewriteCommit(
                    List.copyOf(now.files().values()), List.of(few), Map.of(), Map.of(), 5));
    assertThat(left.liveRows()).isEqualTo(4);
  }

  @Test
  void anInputThatIsNotLiveIsRefused() {
    flushRows(1, Rows.range(0, 10, "a"));
    LiveFile input = store.version().files().values().iterator().next();
    WrittenFile output = Rows.write(store, 1, Rows.range(0, 10, "a"));
    store.commitRewrite(now -> rewrite(now, List.of(output), Map.of()));
    WrittenFile again = Rows.write(store, 1, Rows.range(0, 10, "a"));
    assertThatThrownBy(
            () ->
                store.commitRewrite(
                    now -> new RewriteCommit(List.of(input), List.of(again), Map.of(), Map.of())))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("not in the version");
  }

  @Test
  void aFlushRefusesWhatWouldBreakTheTable() {
    WrittenFile file = flushRows(5, Rows.range(0, 10, "a"));
    Version before = store.version();
    assertThatThrownBy(
            () ->
                store.commitFlush(
                    now -> flush(6, List.of(), Map.of("/none", DeletionVector.of(0)))))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("not live");
    assertThatThrownBy(
            () ->
                store.commitFlush(
                    now -> flush(6, List.of(), Map.of(file.path(), DeletionVector.of(10)))))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("Position 10");
    assertThatThrownBy(() -> store.commitFlush(now -> flush(4, List.of(), Map.of())))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("sequence 4");
    assertThatThrownBy(() -> store.commitFlush(now -> flush(6, List.of(file), Map.of())))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("twice");
    assertThat(store.refresh()).isSameAs(before);
  }

  @Test
  void operationsSayWhatWasDone() {
    WrittenFile file = flushRows(1, Rows.range(0, 10, "a"));
    assertThat(store.table().currentSnapshot().operation()).isEqualTo("append");
    store.commitFlush(now -> flush(2, List.of(), Map.of(file.path(), DeletionVector.of(1))));
    assertThat(store.table().currentSnapshot().operation()).isEqualTo("delete");
    WrittenFile next = Rows.write(store, 0, Rows.range(2, 3, "b"));
    store.commitFlush(now -> flush(3, List.of(next), Map.of(file.path(), DeletionVector.of(2))));
    assertThat(store.table().currentSnapshot().operation()).isEqualTo("overwrite");
    Version version = store.commitFlush(now -> flush(4, List.of(), Map.of()));
    assertThat(version.flushedSequence()).isEqualTo(4);
    assertThat(version.snapshotId()).isNotEqualTo(Version.NO_SNAPSHOT);
  }

  @Test
  void aFlushMayDeleteFromAFileItAdds() {
    WrittenFile one = Rows.write(store, 0, Rows.range(0, 10, "a"));
    WrittenFile two = Rows.write(store, 0, Rows.range(5, 6, "b"));
    Version version =
        store.commitFlush(
            now -> flush(1, List.of(one, two), Map.of(one.path(), DeletionVector.of(5))));
    SortedMap<Long, String> expected = new TreeMap<>(Rows.range(0, 10, "a"));
    expected.putAll(Rows.range(5, 6, "b"));
    assertThat(Rows.read(store.table(), version.snapshotId())).isEqualTo(expected);
    try (TableStore again = Places.PATH.open(directory, new LocalStorage())) {
      assertThat(again.version().files()).isEqualTo(version.files());
      again
          .version()
          .files()
          .forEach(
              (path, live) ->
                  assertThat(version.file(path).firstRowId()).isEqualTo(live.firstRowId()));
    }
  }
}
