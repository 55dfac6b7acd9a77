package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.FencedException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.NotATableException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The laws of commits, by path and by JDBC catalog alike. */
class TableStoreTest {
  private final Storage storage = new LocalStorage();

  @TempDir Path directory;

  private TableStore create(Places place) {
    return place.create(directory, storage);
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void everySnapshotEqualsTheModelAtItsSequence(Places place) {
    try (TableStore store = create(place)) {
      SortedMap<Long, String> model = new TreeMap<>();
      Map<Long, SortedMap<Long, String>> bySnapshot = new HashMap<>();
      Map<Long, String> pathOf = new HashMap<>();
      Map<Long, Long> positionOf = new HashMap<>();
      for (int round = 1; round <= 25; round++) {
        SortedMap<Long, String> rows = Rows.range(round * 7L, round * 7L + 30, "r" + round + "-");
        Map<String, DeletionVector.Builder> deletes = new HashMap<>();
        List<Long> gone = new ArrayList<>(rows.keySet());
        gone.add(round * 3L);
        for (long id : gone) {
          String path = pathOf.remove(id);
          if (path != null) {
            deletes
                .computeIfAbsent(path, key -> DeletionVector.builder())
                .add(positionOf.remove(id));
          }
          model.remove(id);
        }
        WrittenFile file = Rows.write(store, 0, rows);
        long position = 0;
        for (Map.Entry<Long, String> row : rows.entrySet()) {
          pathOf.put(row.getKey(), file.path());
          positionOf.put(row.getKey(), position++);
          model.put(row.getKey(), row.getValue());
        }
        Map<String, DeletionVector> vectors = new HashMap<>();
        deletes.forEach((path, builder) -> vectors.put(path, builder.build()));
        long sequence = round * 10L;
        Version version = store.commitFlush(now -> flush(sequence, List.of(file), vectors));
        assertThat(version.flushedSequence()).isEqualTo(sequence);
        assertThat(version.liveRows()).isEqualTo(model.size());
        bySnapshot.put(version.snapshotId(), new TreeMap<>(model));
      }
      bySnapshot.forEach(
          (snapshot, rows) -> assertThat(Rows.read(store.table(), snapshot)).isEqualTo(rows));
      assertSameWhenReadAgain(store, place);
      assertThat(store.snapshots()).hasSize(25 + place.fenceSnapshots());
      assertThat(store.snapshots().get(24 + place.fenceSnapshots()).sequence()).hasValue(250);
    }
  }

  /** The version kept in memory is the one that the metadata gives. */
  private void assertSameWhenReadAgain(TableStore store, Places place) {
    try (TableStore other = TableStore.open(place.in(directory), storage)) {
      assertThat(other.version().files()).isEqualTo(store.version().files());
      assertThat(other.version().snapshotId()).isEqualTo(store.version().snapshotId());
      assertThat(other.version().flushedSequence()).isEqualTo(store.version().flushedSequence());
      other
          .version()
          .files()
          .forEach(
              (path, file) -> {
                LiveFile same = store.version().file(path);
                assertThat(same.firstRowId()).as("first row id").isEqualTo(file.firstRowId());
                assertThat(same.dataSequenceNumber()).isEqualTo(file.dataSequenceNumber());
                assertThat(same.levelHint()).isEqualTo(file.levelHint());
              });
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void anOlderEpochIsFenced(Places place) {
    try (TableStore first = create(place);
        TableStore second = TableStore.open(place.in(directory), storage)) {
      WrittenFile file = Rows.write(first, 0, Rows.range(0, 10, "a"));
      assertThat(second.fence()).isEqualTo(first.epoch() + 1);
      assertThatThrownBy(() -> first.commitFlush(now -> flush(1, List.of(file), Map.of())))
          .isInstanceOf(FencedException.class)
          .hasMessageContaining("epoch " + second.epoch());
      assertThatThrownBy(() -> first.updateProperties(Map.of("a", "b"), Set.of()))
          .isInstanceOf(FencedException.class);
      second.commitFlush(now -> flush(1, List.of(file), Map.of()));
      assertThat(first.refresh().files()).isEqualTo(second.version().files());
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void anEpochTakenWhileACommitIsPreparedFencesIt(Places place) {
    try (TableStore first = create(place);
        TableStore second = TableStore.open(place.in(directory), storage)) {
      WrittenFile file = Rows.write(first, 0, Rows.range(0, 10, "a"));
      assertThatThrownBy(
              () ->
                  first.commitFlush(
                      now -> {
                        if (second.epoch() == TableStore.NO_EPOCH) {
                          second.fence();
                        }
                        return flush(1, List.of(file), Map.of());
                      }))
          .isInstanceOf(FencedException.class);
      assertThat(second.refresh().files()).isEmpty();
      second.commitFlush(now -> flush(1, List.of(file), Map.of()));
      assertThat(first.refresh().files()).isEqualTo(second.version().files());
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void onlyAFencedStoreCommits(Places place) {
    try (TableStore store =
        TableStore.create(place.in(directory), storage, Rows.SCHEMA, Rows.KEY, Map.of())) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      assertThatThrownBy(() -> store.commitFlush(now -> flush(1, List.of(file), Map.of())))
          .isInstanceOf(FencedException.class);
      assertThat(store.refresh().snapshotId()).isEqualTo(Version.NO_SNAPSHOT);
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void aNewTableIsSortedByItsKeyAndKnowsTheEmptyOrder(Places place) {
    create(place).close();
    Table table = place.foreign(directory);
    int id = table.schema().findField("id").fieldId();
    assertThat(table.sortOrder().fields())
        .hasSize(1)
        .allSatisfy(field -> assertThat(field.sourceId()).isEqualTo(id));
    assertThat(table.sortOrders()).containsKey(SortOrder.unsorted().orderId());
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void existsIsTrueAfterCreateOnly(Places place) {
    TableLocation location = place.in(directory);
    assertThat(TableStore.exists(location, storage)).isFalse();
    assertThatThrownBy(() -> TableStore.open(location, storage))
        .isInstanceOf(NotATableException.class);
    create(place).close();
    assertThat(TableStore.exists(location, storage)).isTrue();
    assertThatThrownBy(() -> create(place)).isInstanceOf(InvalidArgumentException.class);
  }
}
