package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;

import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.PathPattern;
import io.firn.testkit.StorageOperation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a commit costs does not grow with the number of commits before it. */
class MetadataGrowthTest {
  private static final int ROWS = 20;
  private static final PathPattern METADATA = PathPattern.glob("**/metadata/*");

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(
      value = Places.class,
      names = {"PATH", "JDBC"})
  void theLastCommitCostsWhatAnEarlyOneCosts(Places place) throws Exception {
    int commits = place == Places.PATH ? 300 : 60;
    int interval = commits / 6;
    CountingStorage storage =
        new CountingStorage(place == Places.PATH ? new CrashStorage() : new LocalStorage());
    try (TableStore store = place.create(directory, storage)) {
      Deque<WrittenFile> recent = new ArrayDeque<>();
      Map<Integer, long[]> costs = new HashMap<>();
      long position = 0;
      long opened = 0;
      long created = 0;
      long nanos = 0;
      for (int commit = 1; commit <= commits; commit++) {
        long first = (long) commit * ROWS;
        WrittenFile file = Rows.write(store, 0, Rows.range(first, first + ROWS, "v"));
        Map<String, DeletionVector> deletes = new HashMap<>();
        for (WrittenFile older : recent) {
          deletes.put(older.path(), DeletionVector.of(position % ROWS, (position + 7) % ROWS));
        }
        position++;
        long openedBefore = storage.calls(StorageOperation.OPEN, METADATA);
        long createdBefore = storage.calls(StorageOperation.CREATE);
        long sequence = commit;
        long start = System.nanoTime();
        store.commitFlush(now -> flush(sequence, List.of(file), deletes));
        nanos += System.nanoTime() - start;
        opened += storage.calls(StorageOperation.OPEN, METADATA) - openedBefore;
        created += storage.calls(StorageOperation.CREATE) - createdBefore;
        recent.add(file);
        if (recent.size() > 3) {
          recent.remove();
        }
        if (commit % interval == 0) {
          costs.put(commit, new long[] {opened, created, nanos});
          compact(store);
          recent.clear();
          expire(store, storage, interval * 2 / 5);
          opened = 0;
          created = 0;
          nanos = 0;
        }
      }
      costs.forEach(
          (commit, cost) ->
              System.out.printf(
                  "%s, %d commits up to %d: %d metadata files opened, %d files created, %.1f ms each%n",
                  place, interval, commit, cost[0], cost[1], cost[2] / 1e6 / interval));
      long[] early = costs.get(interval);
      long[] late = costs.get(commits);
      assertThat(late[0]).as("files opened").isLessThanOrEqualTo(early[0] * 3 / 2);
      assertThat(late[1]).as("files created").isLessThanOrEqualTo(early[1] * 3 / 2);
      List<Storage.FileStatus> left = storage.list(store.location() + "/metadata");
      assertThat(left).hasSizeLessThan(150);
      assertThat(left)
          .filteredOn(file -> file.path().endsWith(".metadata.json"))
          .hasSizeLessThanOrEqualTo(22)
          .allSatisfy(file -> assertThat(file.length()).isLessThan(120_000));
      assertThat(storage.list(store.location() + "/data")).hasSizeLessThan(200);
      assertThat(store.orphans(Set.of(), Long.MAX_VALUE)).isEmpty();
      assertThat(Rows.read(store.table(), store.version().snapshotId()))
          .hasSize((int) store.version().liveRows());
    }
  }

  @Test
  void aCompactionLeavesOneManifestOfEachKind() throws Exception {
    try (TableStore store = Places.PATH.create(directory, new CrashStorage())) {
      Map<String, DeletionVector> deletes = Map.of();
      for (int commit = 1; commit <= 5; commit++) {
        long first = (long) commit * ROWS;
        WrittenFile file = Rows.write(store, 0, Rows.range(first, first + ROWS, "v"));
        Map<String, DeletionVector> now = deletes;
        long sequence = commit;
        store.commitFlush(version -> flush(sequence, List.of(file), now));
        deletes = Map.of(file.path(), DeletionVector.of(1));
      }
      Map<String, String> properties = store.table().properties();
      Snapshot flushed = store.table().currentSnapshot();
      assertThat(flushed.dataManifests(store.table().io())).hasSizeGreaterThan(1);

      compact(store);

      Table table = store.table();
      Snapshot compacted = table.currentSnapshot();
      assertThat(compacted.snapshotId()).isNotEqualTo(flushed.snapshotId());
      assertThat(compacted.dataManifests(table.io())).hasSize(1);
      assertThat(compacted.deleteManifests(table.io())).hasSizeLessThanOrEqualTo(1);
      assertThat(table.properties()).isEqualTo(properties);
      assertThat(Rows.read(table, compacted.snapshotId())).hasSize(5 * ROWS - 4);
    }
  }

  /** All files but few become one, as a compaction would do it. */
  private static void compact(TableStore store) {
    store.commitRewrite(
        now -> {
          var rows = Rows.read(store.table(), now.snapshotId());
          return new RewriteCommit(
              List.copyOf(now.files().values()),
              List.of(Rows.write(store, 1, rows)),
              Map.of(),
              Map.of());
        });
  }

  private static void expire(TableStore store, Storage storage, int retained) throws Exception {
    ExpireResult result = store.expire(new ExpirePolicy(retained, Duration.ZERO), Set.of());
    assertThat(result.keptFiles()).isEmpty();
    for (String file : result.files()) {
      storage.delete(file);
    }
    assertThat(store.snapshots()).hasSize(retained);
  }
}
