package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;

import io.firn.error.FirnException;
import io.firn.format.WrittenFile;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.Seeds;
import io.firn.testkit.SurvivalMode;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A power cut at any moment leaves the table at a commit, and never before a returned one. */
class CommitCrashTest {
  private static final TableLocation TABLE = TableLocation.ofPath("/lake/table");
  private static final int SEQUENCES = 6;

  @RegisterExtension final Seeds seeds = new Seeds();

  /** Creates the table and commits; returns the last sequence that a commit returned for. */
  private static long work(CrashStorage storage) {
    long acknowledged = -1;
    try (TableStore store = TableStore.create(TABLE, storage, Rows.SCHEMA, Rows.KEY, Map.of())) {
      store.fence();
      acknowledged = 0;
      WrittenFile previous = null;
      for (long sequence = 1; sequence <= SEQUENCES; sequence++) {
        long now = sequence;
        WrittenFile file = Rows.write(store, 0, rows(sequence));
        Map<String, DeletionVector> deletes =
            previous == null ? Map.of() : Map.of(previous.path(), DeletionVector.of(8, 9));
        store.commitFlush(version -> flush(now, List.of(file), deletes));
        acknowledged = sequence;
        previous = file;
        if (sequence == 4) {
          previous = compact(store);
        }
      }
      for (String file : store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of()).files()) {
        storage.delete(file);
      }
    } catch (FirnException | UncheckedIOException | java.io.IOException crashed) {
      return acknowledged;
    }
    return acknowledged;
  }

  private static WrittenFile compact(TableStore store) {
    SortedMap<Long, String> rows = Rows.read(store.table(), store.version().snapshotId());
    WrittenFile output = Rows.write(store, 1, rows);
    store.commitRewrite(
        version ->
            new RewriteCommit(
                List.copyOf(version.files().values()), List.of(output), Map.of(), Map.of()));
    return output;
  }

  private static SortedMap<Long, String> rows(long sequence) {
    return Rows.range(sequence * 100, sequence * 100 + 10, "v");
  }

  /** Each flush but the first deletes two rows of the file that the one before it left. */
  private static int rowCount(long sequence) {
    return sequence == 0 ? 0 : (int) (sequence * 10 - (sequence - 1) * 2);
  }

  private void check(CrashStorage after, long acknowledged, String what) {
    if (acknowledged < 0 && !TableStore.exists(TABLE, after)) {
      return;
    }
    try (TableStore store = TableStore.open(TABLE, after)) {
      Version version = store.version();
      assertThat(version.flushedSequence()).as(what).isGreaterThanOrEqualTo(acknowledged);
      assertThat(version.liveRows()).as(what).isEqualTo(rowCount(version.flushedSequence()));
      if (version.snapshotId() != Version.NO_SNAPSHOT) {
        assertThat(Rows.read(store.table(), version.snapshotId()))
            .as(what)
            .hasSize(rowCount(version.flushedSequence()));
      }
      store.fence();
      long next = version.flushedSequence() + 1;
      WrittenFile file = Rows.write(store, 0, Rows.range(5000, 5003, "after"));
      Version later = store.commitFlush(now -> flush(next, List.of(file), Map.of()));
      assertThat(Rows.read(store.table(), later.snapshotId()))
          .as(what)
          .hasSize((int) version.liveRows() + 3);
    }
  }

  @ParameterizedTest
  @EnumSource(SurvivalMode.class)
  void aPowerCutAtAnyMomentLosesNoCommit(SurvivalMode mode) {
    CrashStorage whole = new CrashStorage();
    assertThat(work(whole)).isEqualTo(SEQUENCES);
    long mutations = whole.mutations();
    check(whole.crash(mode, seeds.seed()), SEQUENCES, mode + " at the end");
    Random random = seeds.random(mode.name().hashCode());
    for (int round = 0; round < 12; round++) {
      long crashAt = 1 + random.nextLong(mutations - 1);
      CrashStorage storage = new CrashStorage();
      storage.crashAfterMutations(crashAt);
      long acknowledged = work(storage);
      check(
          storage.crash(mode, seeds.seed() + round),
          acknowledged,
          mode + " after " + crashAt + " of " + mutations);
    }
  }

  @Test
  void whatWeBuildOnIsDurableThoughAnotherEngineSyncsNothing() {
    CrashStorage storage = new CrashStorage();
    try (TableStore store = TableStore.create(TABLE, storage, Rows.SCHEMA, Rows.KEY, Map.of())) {
      store.fence();
      WrittenFile file = Rows.write(store, 0, rows(1));
      store.commitFlush(now -> flush(1, List.of(file), Map.of()));
      Storage lazy = withoutSync(storage);
      Table foreign =
          new BaseTable(
              new PathTableOperations("/lake/table", lazy, new DurableFileIO(lazy)), "foreign");
      try (TableStore writer = TableStore.open(TABLE, lazy)) {
        foreign
            .newAppend()
            .appendFile(Rows.foreign(writer, "00000-f.parquet", Rows.range(900, 905, "f")))
            .commit();
      }
      foreign.rewriteManifests().clusterBy(any -> "one").commit();
      WrittenFile next = Rows.write(store, 0, rows(2));
      store.commitFlush(now -> flush(2, List.of(next), Map.of()));
    }
    try (TableStore store = TableStore.open(TABLE, storage.crash(SurvivalMode.NONE, 1))) {
      SortedMap<Long, String> expected = new TreeMap<>(rows(1));
      expected.putAll(rows(2));
      expected.putAll(Rows.range(900, 905, "f"));
      assertThat(Rows.read(store.table(), store.version().snapshotId())).isEqualTo(expected);
    }
  }

  /** The storage as an engine uses it that never syncs. */
  private static Storage withoutSync(Storage below) {
    return (Storage)
        Proxy.newProxyInstance(
            Storage.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) -> {
              if (method.getName().startsWith("sync")) {
                return null;
              }
              try {
                Object result = method.invoke(below, arguments);
                return result instanceof OutputFileHandle file ? unsynced(file) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static OutputFileHandle unsynced(OutputFileHandle below) {
    return (OutputFileHandle)
        Proxy.newProxyInstance(
            OutputFileHandle.class.getClassLoader(),
            new Class<?>[] {OutputFileHandle.class},
            (proxy, method, arguments) ->
                method.getName().equals("sync") ? null : method.invoke(below, arguments));
  }
}
