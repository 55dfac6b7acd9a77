package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.error.SnapshotUnavailableException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Expiry names exactly the files that no retained snapshot needs, and deletes none. */
class ExpiryTest {
  private final Storage storage = new LocalStorage();

  @TempDir Path directory;

  /** Ten flushes that delete from their predecessors, then a compaction of all. */
  private List<Long> fill(TableStore store) {
    List<Long> snapshots = new ArrayList<>();
    WrittenFile previous = null;
    for (int round = 1; round <= 10; round++) {
      long sequence = round;
      WrittenFile file = Rows.write(store, 0, Rows.range(round * 10L, round * 10L + 10, "a"));
      Map<String, DeletionVector> deletes =
          previous == null ? Map.of() : Map.of(previous.path(), DeletionVector.of(1, 2));
      snapshots.add(store.commitFlush(now -> flush(sequence, List.of(file), deletes)).snapshotId());
      previous = file;
    }
    snapshots.add(compact(store).snapshotId());
    return snapshots;
  }

  private static Version compact(TableStore store) {
    return store.commitRewrite(
        now ->
            new RewriteCommit(
                List.copyOf(now.files().values()),
                List.of(Rows.write(store, 1, Rows.read(store.table(), now.snapshotId()))),
                Map.of(),
                Map.of()));
  }

  private void delete(ExpireResult result) throws IOException {
    for (String file : result.files()) {
      storage.delete(file);
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void whatIsRetainedCanBeReadWhenTheRestIsDeleted(Places place) throws IOException {
    try (TableStore store = place.create(directory, storage)) {
      List<Long> fences = store.snapshots().stream().map(SnapshotInfo::snapshotId).toList();
      List<Long> snapshots = fill(store);
      int filesBefore = storage.list(store.location() + "/data").size();
      ExpireResult result = store.expire(new ExpirePolicy(3, Duration.ZERO), Set.of());
      assertThat(storage.list(store.location() + "/data"))
          .as("expiry deletes nothing")
          .hasSize(filesBefore);
      List<Long> expired = new ArrayList<>(fences);
      expired.addAll(snapshots.subList(0, 8));
      assertThat(result.snapshots()).containsExactlyElementsOf(expired);
      assertThat(result.keptFiles()).isEmpty();
      assertThat(result.dataFiles()).as("all are in the ninth snapshot still").isEmpty();
      delete(result);
      for (Long snapshot : snapshots.subList(8, 11)) {
        assertThat(Rows.read(store.table(), snapshot)).isNotEmpty();
        assertThat(store.versionAt(snapshot).liveRows())
            .isEqualTo(Rows.read(store.table(), snapshot).size());
      }
      assertThatThrownBy(() -> store.versionAt(snapshots.get(0)))
          .isInstanceOf(SnapshotUnavailableException.class);
      ExpireResult rest = store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of());
      assertThat(rest.dataFiles()).hasSize(10);
      delete(rest);
      assertThat(Rows.read(store.table(), snapshots.get(10))).hasSize(82);
      assertThat(store.orphans(Set.of(), Long.MAX_VALUE)).isEmpty();
      assertThat(storage.list(store.location() + "/data")).hasSize(1);
      assertThat(store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of()).snapshots()).isEmpty();
    }
  }

  @Test
  void aPuffinFileStaysWhileOneOfItsDeletionVectorsIsLive() throws IOException {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      WrittenFile one = Rows.write(store, 0, Rows.range(0, 10, "a"));
      WrittenFile two = Rows.write(store, 0, Rows.range(10, 20, "a"));
      store.commitFlush(now -> flush(1, List.of(one, two), Map.of()));
      store.commitFlush(
          now ->
              flush(
                  2,
                  List.of(),
                  Map.of(one.path(), DeletionVector.of(0), two.path(), DeletionVector.of(0))));
      store.commitFlush(now -> flush(3, List.of(), Map.of(one.path(), DeletionVector.of(1))));
      store.commitFlush(now -> flush(4, List.of(), Map.of(one.path(), DeletionVector.of(2))));
      ExpireResult result = store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of());
      assertThat(result.deleteFiles()).as("only the one of sequence 3").hasSize(1);
      delete(result);
      assertThat(Rows.read(store.table(), store.version().snapshotId())).hasSize(16);
    }
  }

  @Test
  void tagsAndBranchesAreRespected() throws IOException {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      List<Long> snapshots = fill(store);
      Table table = Places.PATH.foreign(directory);
      table.manageSnapshots().createTag("kept", snapshots.get(2)).commit();
      table
          .manageSnapshots()
          .createTag("ended", snapshots.get(4))
          .setMaxRefAgeMs("ended", 1)
          .commit();
      table
          .manageSnapshots()
          .createBranch("side", snapshots.get(6))
          .setMinSnapshotsToKeep("side", 2)
          .setMaxSnapshotAgeMs("side", 1)
          .commit();
      store.refresh();
      delete(store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of()));
      assertThat(store.snapshots())
          .extracting(SnapshotInfo::snapshotId)
          .containsExactly(snapshots.get(2), snapshots.get(5), snapshots.get(6), snapshots.get(10));
      for (SnapshotInfo snapshot : store.snapshots()) {
        assertThat(Rows.read(store.table(), snapshot.snapshotId())).isNotEmpty();
      }
      assertThat(store.table().refs()).containsOnlyKeys("main", "kept", "side");
    }
  }

  @Test
  void theNewestSnapshotWithASequenceStays() throws IOException {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      List<Long> snapshots = fill(store);
      Table table = Places.PATH.foreign(directory);
      table
          .newAppend()
          .appendFile(Rows.foreign(store, "f.parquet", Rows.range(900, 905, "f")))
          .commit();
      store.refresh();
      delete(store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of()));
      assertThat(store.snapshots())
          .extracting(SnapshotInfo::snapshotId)
          .containsExactly(snapshots.get(10), table.currentSnapshot().snapshotId());
    }
  }

  @Test
  void youngSnapshotsStay() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      fill(store);
      assertThat(store.expire(new ExpirePolicy(1, Duration.ofDays(1)), Set.of()).snapshots())
          .isEmpty();
      assertThatThrownBy(() -> new ExpirePolicy(0, Duration.ZERO))
          .isInstanceOf(InvalidArgumentException.class);
    }
  }

  @Test
  void filesToKeepAndFilesElsewhereAreNotForDeletion() throws IOException {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      Table table = Places.PATH.foreign(directory);
      String outside = directory.resolve("outside.parquet").toString();
      WrittenFile strange = Rows.write(store, outside, Rows.range(500, 505, "x"));
      String escaping = store.location() + "/data/../../escaping.parquet";
      Rows.write(store, escaping, Rows.range(600, 605, "x"));
      table.newAppend().appendFile(Rows.entry(strange)).commit();
      table.newAppend().appendFile(Rows.entry(strange, escaping)).commit();
      fill(store);
      String pinned =
          store.versionAt(store.snapshots().get(11).snapshotId()).files().keySet().stream()
              .filter(DataFileName::isOurs)
              .findFirst()
              .orElseThrow();
      ExpireResult result = store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of(pinned));
      assertThat(result.keptFiles()).contains(pinned, outside, escaping);
      assertThat(result.files()).allMatch(file -> file.startsWith(store.location() + "/"));
      assertThat(result.files()).doesNotContain(pinned, outside, escaping);
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void whatFailedCommitsLeftIsFound(Places place) throws IOException {
    try (TableStore store = place.create(directory, storage)) {
      List<Long> snapshots = fill(store);
      WrittenFile lost = Rows.write(store, 0, Rows.range(0, 5, "lost"));
      WrittenFile inFlight = Rows.write(store, 0, Rows.range(5, 9, "soon"));
      Rows.write(store, store.location() + "/data/00000-1-foreign.parquet", Rows.range(0, 5, "f"));
      String manifest = store.location() + "/metadata/0f0f0f0f-1111-2222-3333-444444444444-m0.avro";
      try (var file = storage.create(manifest)) {
        file.write(new byte[] {1}, 0, 1);
      }
      assertThat(store.orphans(Set.of(inFlight.path()), Long.MAX_VALUE))
          .containsExactlyInAnyOrder(lost.path(), manifest);
      assertThat(store.orphans(Set.of(), 1)).as("all are younger").isEmpty();
      assertThat(snapshots).hasSize(11);
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void whatAJobHasClaimedIsNotFoundHoweverOldItIs(Places place) throws IOException {
    try (TableStore store = place.create(directory, storage)) {
      fill(store);
      long now = System.currentTimeMillis();
      WrittenFile before = Rows.write(store, 0, Rows.range(0, 5, "before"));
      Files.setLastModifiedTime(
          Path.of(StoragePaths.withoutFileScheme(before.path())),
          FileTime.fromMillis(now - 3_600_000));
      JobClaims claim = new JobClaims(store, now - 60_000, "job");
      claim.renew(now);
      WrittenFile output = Rows.write(store, 0, Rows.range(5, 9, "output"));
      long claimed = now + JobClaims.DURATION.toMillis();
      assertThat(store.orphans(Set.of(), claimed - 1)).contains(before.path());
      assertThat(store.orphans(Set.of(), claimed - 1)).doesNotContain(output.path());
      assertThat(store.orphans(Set.of(), claimed)).as("the claim is over").contains(output.path());
      claim.renew(now + 1);
      assertThat(store.orphans(Set.of(), claimed)).doesNotContain(output.path());
      claim.release();
      assertThat(store.orphans(Set.of(), claimed)).contains(output.path(), before.path());
    }
  }
}
