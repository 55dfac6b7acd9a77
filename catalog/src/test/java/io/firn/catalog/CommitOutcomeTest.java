package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.CommitConflictException;
import io.firn.error.CommitUnknownException;
import io.firn.error.FirnException;
import io.firn.error.StorageException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.CatalogDatabase;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.PathPattern;
import io.firn.testkit.RestCatalogServer;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A commit happened or it did not, and the caller is told which, whatever fails underneath. */
class CommitOutcomeTest {
  private static final PathPattern VERSIONS = PathPattern.glob("**/metadata/v*.metadata.json");
  private static final PathPattern METADATA = PathPattern.glob("**/metadata");

  private final FaultStorage faults = new FaultStorage(new LocalStorage());

  @TempDir Path directory;

  private WrittenFile firstFlush(TableStore store) {
    WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
    store.commitFlush(now -> flush(1, List.of(file), Map.of()));
    return file;
  }

  private static FlushCommit second(WrittenFile first, WrittenFile second) {
    return flush(2, List.of(second), Map.of(first.path(), DeletionVector.of(1, 2)));
  }

  @Test
  void aPublishThatFailedChangesNothingAndCanBeRepeated() {
    try (TableStore store = Places.PATH.create(directory, faults)) {
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      FaultStorage.Fault fault = faults.on(StorageOperation.PUBLISH, VERSIONS).failOnce();
      Version before = store.version();
      assertThatThrownBy(() -> store.commitFlush(now -> second(first, next)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("did not happen");
      assertThat(fault.fired()).isEqualTo(1);
      assertThat(store.refresh()).isSameAs(before);
      assertThat(store.commitFlush(now -> second(first, next)).liveRows()).isEqualTo(18);
      assertThat(store.orphans(Set.of(), Long.MAX_VALUE)).isEmpty();
    }
  }

  @Test
  void aPublishThatHappenedButReportedFailureIsACommit() {
    try (TableStore store = Places.PATH.create(directory, faults)) {
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      FaultStorage.Fault fault =
          faults
              .on(StorageOperation.PUBLISH, VERSIONS)
              .failAfterEffect(() -> new IOException("the answer was lost"));
      assertThat(store.commitFlush(now -> second(first, next)).liveRows()).isEqualTo(18);
      assertThat(fault.fired()).isEqualTo(1);
      assertThat(store.snapshots()).hasSize(2);
    }
  }

  @Test
  void aVersionThatSomebodyElsePublishedFirstIsAConflictAndLeavesNothingBehind() {
    try (TableStore store = Places.PATH.create(directory, faults)) {
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      DataFile theirs = Rows.foreign(store, "f.parquet", Rows.range(90, 95, "f"));
      FaultStorage.Fault meanwhile =
          faults
              .on(StorageOperation.PUBLISH, VERSIONS)
              .runOnce(
                  path -> Places.PATH.foreign(directory).newAppend().appendFile(theirs).commit());
      assertThat(store.commitFlush(now -> second(first, next)).liveRows()).isEqualTo(23);
      assertThat(meanwhile.fired()).isEqualTo(1);
      assertThat(store.snapshots()).hasSize(3);
      assertThat(store.orphans(Set.of(), Long.MAX_VALUE))
          .as("files of an attempt of unknown outcome would have stayed")
          .isEmpty();
    }
  }

  @Test
  void aCommitThatCannotBeFoundOutIsUnknown() {
    try (TableStore store = Places.PATH.create(directory, faults)) {
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      faults
          .on(StorageOperation.PUBLISH, VERSIONS)
          .failAfterEffect(
              () -> {
                faults.on(StorageOperation.EXISTS).failForGood();
                return new IOException("the answer was lost");
              });
      assertThatThrownBy(() -> store.commitFlush(now -> second(first, next)))
          .isInstanceOf(CommitUnknownException.class);
    }
    try (TableStore again = Places.PATH.open(directory, new LocalStorage())) {
      assertThat(again.version().flushedSequence()).isEqualTo(2);
      assertThat(Rows.read(again.table(), again.version().snapshotId())).hasSize(18);
    }
  }

  @Test
  void aVersionWhoseNameIsNotDurableIsUnknown() {
    try (TableStore store = Places.PATH.create(directory, faults)) {
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      faults
          .on(StorageOperation.PUBLISH, VERSIONS)
          .runOnce(path -> faults.on(StorageOperation.SYNC_DIRECTORY, METADATA).failOnce());
      assertThatThrownBy(() -> store.commitFlush(now -> second(first, next)))
          .isInstanceOf(CommitUnknownException.class)
          .hasMessageContaining("power cut");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = StorageOperation.class,
      names = {"PUBLISH", "SYNC_DIRECTORY", "OPEN", "READ", "EXISTS", "WRITE", "CREATE"})
  void anErrorOfTheJvmIsThrownAsItIsOnlyIfNothingHappened(StorageOperation operation) {
    AtomicInteger thrown = new AtomicInteger(1);
    for (int nth = 1; thrown.getAndSet(0) > 0; nth++) {
      Path place = directory.resolve(operation + "-" + nth);
      try (TableStore store = Places.PATH.create(place, faults)) {
        WrittenFile first = firstFlush(store);
        WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
        faults
            .on(operation)
            .nth(nth)
            .runOnce(
                path -> {
                  thrown.incrementAndGet();
                  throw new OutOfMemoryError("injected");
                });
        long happened = 2;
        try {
          store.commitFlush(now -> second(first, next));
        } catch (OutOfMemoryError | StorageException e) {
          happened = 1;
        } catch (CommitUnknownException e) {
          happened = -1;
        }
        faults.heal();
        if (happened > 0) {
          assertThat(store.refresh().flushedSequence()).isEqualTo(happened);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RestCatalogServer.Lost.class)
  void aCommitWhoseRequestOrAnswerIsLostOnTheWayHappensOnce(RestCatalogServer.Lost lost) {
    try (TableStore store = Places.REST.create(directory, faults)) {
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      Places.server(directory).lose(lost);
      assertThat(store.commitFlush(now -> second(first, next)).liveRows()).isEqualTo(18);
      assertThat(store.snapshots()).hasSize(2 + Places.REST.fenceSnapshots());
      assertThat(Rows.read(store.table(), store.version().snapshotId())).hasSize(18);
    }
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void whateverCallFailsTheCallerKnowsWhatHappened(Places place) throws Exception {
    Set<StorageOperation> operations =
        EnumSet.complementOf(EnumSet.of(StorageOperation.LOCK, StorageOperation.LIST_DIRECTORIES));
    int round = 0;
    for (StorageOperation operation : operations) {
      boolean fired = true;
      int step =
          switch (place) {
            case PATH -> 3;
            case JDBC -> 7;
            case REST -> 8;
          };
      for (int nth = 1; fired && nth <= 8; nth += step) {
        for (boolean afterEffect : new boolean[] {false, true}) {
          Path table = Files.createDirectory(directory.resolve("t" + round++));
          fired = failOne(place, table, operation, nth, afterEffect);
        }
      }
    }
    assertThat(round).isGreaterThan(20);
  }

  /** Fails one call of a commit; returns whether the commit came to that call. */
  private static boolean failOne(
      Places place, Path table, StorageOperation operation, int nth, boolean afterEffect) {
    Storage below = place == Places.PATH ? new CrashStorage() : new LocalStorage();
    FaultStorage storage = new FaultStorage(below);
    String what = operation + " " + nth + (afterEffect ? " after effect" : "") + " " + place;
    FaultStorage.Fault fault;
    long expected;
    try (TableStore store = place.create(table, storage)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(file), Map.of()));
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      FaultStorage.Rule rule = storage.on(operation, PathPattern.glob("**/{metadata,data}{,/*}"));
      fault =
          afterEffect
              ? rule.nth(nth).failAfterEffect(() -> new IOException("lost: " + what))
              : rule.nth(nth).failOnce();
      expected = tryCommit(store, file, next, what);
      storage.heal();
      if (expected == 1) {
        assertThat(store.commitFlush(now -> second(file, next)).flushedSequence()).isEqualTo(2);
        expected = 2;
      }
    }
    try (TableStore again = place.open(table, below)) {
      Version version = again.version();
      if (expected > 0) {
        assertThat(version.flushedSequence()).as(what).isEqualTo(expected);
      }
      assertThat(Rows.read(again.table(), version.snapshotId()))
          .as(what)
          .hasSize(version.flushedSequence() == 1 ? 10 : 18);
    }
    return fault.fired() > 0;
  }

  /** The sequence that the table must be at; 0 if that is unknown. */
  private static long tryCommit(TableStore store, WrittenFile file, WrittenFile next, String what) {
    try {
      store.commitFlush(now -> second(file, next));
      return 2;
    } catch (CommitUnknownException e) {
      return 0;
    } catch (FirnException e) {
      assertThat(e).as(what).isInstanceOfAny(StorageException.class, CommitConflictException.class);
      return 1;
    }
  }

  @Test
  void anAnswerOfTheCatalogThatWasLostIsFoundOut() {
    TableLocation location = unreliable();
    try (TableStore store = TableStore.create(location, faults, Rows.SCHEMA, Rows.KEY, Map.of())) {
      store.fence();
      WrittenFile previous = firstFlush(store);
      for (int round = 2; round < 24; round++) {
        long sequence = round;
        WrittenFile deletedFrom = previous;
        WrittenFile file = Rows.write(store, 0, Rows.range(round * 10L, round * 10L + 10, "b"));
        UnreliableCatalog.next(
            round % 2 == 0 ? UnreliableCatalog.Fault.BEFORE : UnreliableCatalog.Fault.AFTER);
        int before = store.snapshots().size();
        Version version =
            store.commitFlush(
                now ->
                    flush(
                        sequence, List.of(file), Map.of(deletedFrom.path(), DeletionVector.of(3))));
        assertThat(version.flushedSequence()).isEqualTo(sequence);
        assertThat(store.snapshots()).as("committed once").hasSize(before + 1);
        assertThat(Rows.read(store.table(), version.snapshotId()))
            .hasSize((int) version.liveRows());
        previous = file;
      }
    }
  }

  @Test
  void aLostAnswerIsFoundInTheMetadataLogWhenOthersHaveExpiredTheSnapshot() {
    TableLocation location = unreliable();
    try (TableStore store = TableStore.create(location, faults, Rows.SCHEMA, Rows.KEY, Map.of())) {
      store.fence();
      store.updateProperties(Map.of("gc.enabled", "true"), Set.of());
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      UnreliableCatalog.next(
          UnreliableCatalog.Fault.AFTER,
          table -> {
            table
                .newAppend()
                .appendFile(Rows.foreign(store, "f.parquet", Rows.range(90, 95, "f")))
                .commit();
            table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
          });
      Version version = store.commitFlush(now -> second(first, next));
      assertThat(store.snapshots()).as("ours was expired").hasSize(1);
      assertThat(version.flushedSequence()).isEqualTo(2);
      assertThat(version.liveRows()).isEqualTo(23);
    }
  }

  @Test
  void theFilesOfACommitThatMayStillArriveStay() {
    TableLocation location = unreliable();
    try (TableStore store = TableStore.create(location, faults, Rows.SCHEMA, Rows.KEY, Map.of())) {
      store.fence();
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      UnreliableCatalog.next(UnreliableCatalog.Fault.BEFORE);
      store.commitFlush(now -> second(first, next));
      assertThat(store.orphans(Set.of(), Long.MAX_VALUE))
          .as("of the attempt whose answer was lost: vectors, manifests and list")
          .hasSizeGreaterThanOrEqualTo(4);
      assertThat(Rows.read(store.table(), store.version().snapshotId())).hasSize(18);
    }
  }

  @Test
  void aCommitThatNeverGetsAnAnswerIsUnknownInTheEnd() {
    TableLocation location = unreliable();
    try (TableStore store = TableStore.create(location, faults, Rows.SCHEMA, Rows.KEY, Map.of())) {
      store.fence();
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      UnreliableCatalog.next(UnreliableCatalog.Fault.ALWAYS_BEFORE);
      assertThatThrownBy(() -> store.commitFlush(now -> second(first, next)))
          .isInstanceOf(CommitUnknownException.class)
          .hasMessageContaining("may still arrive");
      UnreliableCatalog.next(UnreliableCatalog.Fault.NONE);
      assertThat(store.refresh().flushedSequence()).isEqualTo(1);
    }
  }

  @Test
  void aLostAnswerIsUnknownIfTheCatalogStaysAway() {
    TableLocation location = unreliable();
    try (TableStore store = TableStore.create(location, faults, Rows.SCHEMA, Rows.KEY, Map.of())) {
      store.fence();
      WrittenFile first = firstFlush(store);
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      UnreliableCatalog.next(UnreliableCatalog.Fault.AFTER_AND_GONE);
      assertThatThrownBy(() -> store.commitFlush(now -> second(first, next)))
          .isInstanceOf(CommitUnknownException.class);
      UnreliableCatalog.next(UnreliableCatalog.Fault.NONE);
      assertThat(store.refresh().liveRows()).isEqualTo(18);
      assertThat(Rows.read(store.table(), store.version().snapshotId())).hasSize(18);
    }
  }

  private TableLocation unreliable() {
    return TableLocation.ofCatalog(
        "lake",
        Map.of(
            "catalog-impl",
            UnreliableCatalog.class.getName(),
            "uri",
            CatalogDatabase.uri(directory),
            "warehouse",
            directory.resolve("warehouse").toString()),
        TableIdentifier.of("db", "table"));
  }

  @ParameterizedTest
  @EnumSource(Places.class)
  void anInterruptNeitherStopsACommitNorIsLost(Places place) {
    Storage storage = new LocalStorage();
    try (TableStore store = place.create(directory, storage)) {
      for (int round = 1; round <= 10; round++) {
        long sequence = round;
        WrittenFile file = Rows.write(store, 0, Rows.range(round * 10L, round * 10L + 5, "a"));
        Thread.currentThread().interrupt();
        Version version = store.commitFlush(now -> flush(sequence, List.of(file), Map.of()));
        assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
        assertThat(version.flushedSequence()).isEqualTo(sequence);
      }
    }
  }
}
