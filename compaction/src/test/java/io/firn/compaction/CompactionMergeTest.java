package io.firn.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.Version;
import io.firn.compaction.CompactionResult.Abandoned;
import io.firn.compaction.CompactionResult.Committed;
import io.firn.error.ClosedException;
import io.firn.format.WriterOptions;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Seeds;
import io.firn.testkit.StorageOperation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Plan, tasks, merge and commit, one after the other, against the model and Iceberg's reader. */
class CompactionMergeTest {

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @TempDir Path directory;

  private FaultStorage storage;
  private TestTable table;

  @BeforeEach
  void create() {
    storage = new FaultStorage(leaks.track(new LocalStorage()));
    table = new TestTable(directory, storage);
  }

  @AfterEach
  void close() {
    table.close();
  }

  private static CompactionOptions.Builder options() {
    return CompactionOptions.builder()
        .targetFileBytes(20_000)
        .levelBaseBytes(100_000)
        .maxInputBytesPerJob(100_000_000)
        .subRangesMax(1);
  }

  private List<CompactionPlan> fullPlans(CompactionOptions options) {
    Levels levels = new Levels(KeyRanges.of(table.readers()), options);
    return new RequestedPlans(options).full(levels.view(table.store.version()));
  }

  private CompactionPlan fullPlan(CompactionOptions options) {
    List<CompactionPlan> plans = fullPlans(options);
    assertThat(plans).hasSize(1);
    return plans.get(0);
  }

  private static void assertDisjoint(List<WrittenFile> outputs) {
    for (int i = 1; i < outputs.size(); i++) {
      assertThat(Arrays.compareUnsigned(outputs.get(i - 1).lastKey(), outputs.get(i).firstKey()))
          .isNegative();
    }
  }

  private List<CompactionTask> tasks(CompactionPlan plan, CompactionOptions options) {
    List<CompactionTask> tasks =
        new TaskPlanner(table.readers(), options, table.directory + "/data")
            .tasks(
                plan,
                table.store.version(),
                WriterOptions.forScans().withPages(1024, 64).withRowGroups(4096, 200))
            .orElseThrow();
    List<CompactionTask> copies = new ArrayList<>();
    tasks.forEach(task -> copies.add(serialised(task)));
    return copies;
  }

  private CompactionEnvironment environment(BooleanSupplier stop) {
    return new CompactionEnvironment(
        storage, table.readers(), task -> table.store.newDataFilePath(task.outputLevel()), stop);
  }

  private List<CompactionOutcome> run(List<CompactionTask> tasks) {
    List<CompactionOutcome> outcomes = new ArrayList<>();
    for (CompactionTask task : tasks) {
      outcomes.add(serialised(CompactionExecutor.run(task, environment(() -> false))));
    }
    return outcomes;
  }

  private CompactionCommitter committer(CompactionOptions options) {
    return new CompactionCommitter(
        table.store, storage, new Levels(KeyRanges.of(table.readers()), options), "test");
  }

  private void assertRowsAreTheModel() {
    assertThat(table.icebergRows()).isEqualTo(table.model);
  }

  private void randomFlushes(Random random, int flushes, int keys) {
    for (int flush = 1; flush <= flushes; flush++) {
      Set<Long> ids = new HashSet<>();
      Set<Long> deletes = new HashSet<>();
      long from = random.nextBoolean() ? 0 : random.nextInt(keys);
      for (int i = 0; i < keys / 5; i++) {
        ids.add(from + random.nextInt(keys));
        deletes.add((long) random.nextInt(keys));
      }
      deletes.removeAll(ids);
      table.flush(0, ids, flush, random.nextInt(3) == 0 ? List.of() : deletes);
    }
  }

  @Test
  void aMergeEqualsTheModelAndKeepsRowLineage() {
    Random random = seeds.random();
    randomFlushes(random, 7, 20_000);
    assertRowsAreTheModel();
    Map<Long, TestTable.Lineage> lineage = table.lineage();
    for (int round = 0; round < 2; round++) {
      CompactionOptions options = options().subRangesMax(1 + 3 * round).build();
      for (CompactionPlan plan : fullPlans(options)) {
        List<CompactionTask> tasks = tasks(plan, options);
        List<CompactionOutcome> outcomes = run(tasks);
        Committed result = (Committed) committer(options).commit(plan, tasks, outcomes);
        assertDisjoint(result.outputs());
      }
      assertThat(table.store.version().files()).hasSizeGreaterThan(1);
      assertThat(table.store.version().rowCount()).isEqualTo(table.model.size());
      assertRowsAreTheModel();
      assertThat(table.lineage()).isEqualTo(lineage);
      if (round == 0) {
        randomFlushes(random, 5, 20_000);
        lineage = table.lineage();
      }
    }
    assertThat(table.store.snapshots())
        .last()
        .satisfies(
            snapshot -> {
              assertThat(snapshot.operation()).isEqualTo("replace");
              assertThat(snapshot.summary()).containsEntry("firn.job", "compaction");
            });
  }

  @Test
  void deletesThatArriveAfterThePlanAreCarriedToTheOutputs() {
    Random random = seeds.random();
    randomFlushes(random, 6, 2_000);
    CompactionOptions options = options().subRangesMax(3).build();
    CompactionPlan plan = fullPlan(options);
    List<CompactionTask> tasks = tasks(plan, options);
    randomFlushes(random, 2, 2_000);
    List<CompactionOutcome> outcomes = run(tasks);
    long liveInInputs = 0;
    for (String path : plan.inputPaths()) {
      liveInInputs += table.store.version().files().get(path).liveRows();
    }
    randomFlushes(random, 2, 2_000);
    Map<Long, TestTable.Lineage> lineage = table.lineage();
    Committed result = (Committed) committer(options).commit(plan, tasks, outcomes);
    assertThat(result.deletesCarried()).isGreaterThan(plan.liveRows() - liveInInputs);
    assertRowsAreTheModel();
    assertThat(table.lineage()).isEqualTo(lineage);
  }

  @Test
  void aJobWhoseOutputsAreAllDeletedMeanwhileStillCommits() {
    table.flush(TestTable.range(0, 300), 1);
    table.flush(TestTable.range(100, 400), 2);
    CompactionOptions options = options().build();
    CompactionPlan plan = fullPlan(options);
    List<CompactionTask> tasks = tasks(plan, options);
    List<CompactionOutcome> outcomes = run(tasks);
    table.delete(TestTable.range(0, 400));
    committer(options).commit(plan, tasks, outcomes);
    assertThat(table.icebergRows()).isEmpty();
  }

  @Test
  void inputsWithoutALiveRowLeaveNoFile() {
    table.flush(TestTable.range(0, 300), 1);
    table.delete(TestTable.range(0, 300));
    CompactionOptions options = options().build();
    CompactionPlan plan = fullPlan(options);
    assertThat(plan.kind()).isEqualTo(CompactionPlan.Kind.DROP);
    committer(options).commit(plan, List.of(), List.of());
    assertThat(table.store.version().files()).isEmpty();
    assertThat(table.icebergRows()).isEmpty();
  }

  @Test
  void aJobWhoseInputIsGoneIsAbandonedAndLeavesNothingBehind() {
    table.flush(TestTable.range(0, 300), 1);
    table.flush(TestTable.range(100, 400), 2);
    CompactionOptions options = options().build();
    CompactionPlan plan = fullPlan(options);
    List<CompactionTask> tasks = tasks(plan, options);
    List<CompactionOutcome> slow = run(tasks);
    List<CompactionOutcome> fast = run(tasks);
    assertThat(committer(options).commit(plan, tasks, fast)).isInstanceOf(Committed.class);
    Version version = table.store.version();
    CompactionResult result = committer(options).commit(plan, tasks, slow);
    assertThat(((Abandoned) result).reason()).isEqualTo(CompactionResult.Reason.INPUT_GONE);
    assertThat(table.store.version().snapshotId()).isEqualTo(version.snapshotId());
    Set<String> known = new HashSet<>(plan.inputPaths());
    known.addAll(version.files().keySet());
    assertThat(table.dataFilesOnDisk()).isEqualTo(known);
    assertRowsAreTheModel();
  }

  @Test
  void aJobWhoseDeletedRowsWereRolledBackIsAbandoned() {
    table.flush(TestTable.range(0, 300), 1);
    Version version = table.flush(TestTable.range(100, 400), 2);
    TreeMap<Long, Record> before = new TreeMap<>(table.model);
    table.delete(TestTable.range(50, 60));
    CompactionOptions options = options().build();
    CompactionPlan plan = fullPlan(options);
    List<CompactionTask> tasks = tasks(plan, options);
    List<CompactionOutcome> outcomes = run(tasks);
    new HadoopTables()
        .load(table.directory)
        .manageSnapshots()
        .rollbackTo(version.snapshotId())
        .commit();
    CompactionResult result = committer(options).commit(plan, tasks, outcomes);
    assertThat(((Abandoned) result).reason()).isEqualTo(CompactionResult.Reason.DELETE_UNDONE);
    assertThat(table.dataFilesOnDisk()).isEqualTo(table.store.version().files().keySet());
    assertThat(table.icebergRows()).isEqualTo(before);
  }

  @Test
  void outputsThatWouldOverlapTheirLevelAreNotCommitted() {
    table.flush(TestTable.range(0, 300), 1);
    table.flush(TestTable.range(100, 400), 2);
    CompactionOptions options = options().build();
    CompactionPlan plan = fullPlan(options);
    List<CompactionTask> tasks = tasks(plan, options);
    List<CompactionOutcome> outcomes = run(tasks);
    table.flush(1, TestTable.range(200, 500), 3, List.of());
    CompactionResult result = committer(options).commit(plan, tasks, outcomes);
    assertThat(((Abandoned) result).reason()).isEqualTo(CompactionResult.Reason.LEVEL_TAKEN);
    assertThat(table.dataFilesOnDisk()).isEqualTo(table.store.version().files().keySet());
    assertRowsAreTheModel();
  }

  @Test
  void aTaskThatIsAskedToStopLeavesNothingBehind() {
    table.flush(TestTable.range(0, 20_000), 1);
    table.flush(TestTable.range(10_000, 30_000), 2);
    CompactionOptions options = options().build();
    List<CompactionTask> tasks = tasks(fullPlan(options), options);
    int[] asked = {0};
    assertThatThrownBy(
            () -> CompactionExecutor.run(tasks.get(0), environment(() -> ++asked[0] == 4)))
        .isInstanceOf(ClosedException.class);
    assertThat(asked[0]).isEqualTo(4);
    assertThat(table.dataFilesOnDisk()).isEqualTo(table.store.version().files().keySet());
  }

  @Test
  void aTaskThatCannotWriteLeavesNothingBehind() {
    table.flush(TestTable.range(0, 20_000), 1);
    table.flush(TestTable.range(10_000, 30_000), 2);
    CompactionOptions options = options().build();
    CompactionPlan plan = fullPlan(options);
    List<CompactionTask> tasks = tasks(plan, options);
    storage
        .on(StorageOperation.SYNC, PathPattern.glob("**/data/L" + plan.outputLevel() + "-*"))
        .nth(2)
        .failOnce(() -> new IOException("disk on fire"));
    assertThatThrownBy(() -> CompactionExecutor.run(tasks.get(0), environment(() -> false)))
        .isInstanceOf(io.firn.error.StorageException.class)
        .hasRootCauseMessage("disk on fire");
    storage.heal();
    assertThat(table.dataFilesOnDisk()).isEqualTo(table.store.version().files().keySet());
  }

  @Test
  void memoryIsBoundedByBatchesNotByInputs() {
    for (int flush = 0; flush < 4; flush++) {
      List<Long> ids = new ArrayList<>();
      for (long id = flush; id < 160_000; id += 4) {
        ids.add(id);
      }
      table.flush(ids, flush + 1);
    }
    CompactionOptions options =
        options().targetFileBytes(10_000_000).levelBaseBytes(10_000_000).build();
    CompactionPlan plan = fullPlan(options);
    assertThat(plan.liveRows()).isEqualTo(160_000);
    CompactionOutcome outcome = run(tasks(plan, options)).get(0);
    assertThat(outcome.rowsWritten()).isEqualTo(160_000);
    assertThat(outcome.rowsBufferedMax()).isBetween(1, 5 * 4096);
  }

  @Test
  void inputsThatFollowEachOtherAreReadOneByOne() {
    for (int flush = 0; flush < 8; flush++) {
      table.flush(TestTable.range(flush * 5_000L, (flush + 1) * 5_000L), flush + 1);
      table.delete(List.of(flush * 5_000L + 7));
    }
    CompactionOptions options = options().build();
    CompactionPlan plan = fullPlan(options);
    CompactionOutcome outcome = run(tasks(plan, options)).get(0);
    assertThat(outcome.rowsWritten()).isEqualTo(39_992);
    assertThat(outcome.rowsBufferedMax()).isLessThanOrEqualTo(2 * 4096);
  }

  @Test
  void ofForeignRowsWithOneKeyTheNewestWinsAndTheOthersAreCounted() {
    table.flush(TestTable.range(0, 1_000), 1);
    List<Long> shuffled = new ArrayList<>(TestTable.range(500, 1_500));
    Collections.shuffle(shuffled, seeds.random());
    table.foreignAppend(shuffled, 2);
    List<Long> again = new ArrayList<>(TestTable.range(600, 700));
    again.addAll(TestTable.range(600, 650));
    table.foreignAppend(again, 3);
    CompactionOptions options = options().subRangesMax(2).build();
    CompactionPlan plan = fullPlan(options);
    List<CompactionTask> tasks = tasks(plan, options);
    List<CompactionOutcome> outcomes = run(tasks);
    // One row of each sort: kept, superseded by another file, superseded within its file.
    table.delete(List.of(100L, 620L, 660L, 1_400L));
    committer(options).commit(plan, tasks, outcomes);
    assertThat(outcomes.stream().mapToLong(CompactionOutcome::rowsSuperseded).sum())
        .isEqualTo(500 + 100 + 50);
    assertRowsAreTheModel();
    assertThat(table.store.version().files().keySet()).allMatch(path -> path.contains("/data/L1-"));
  }

  @SuppressWarnings("unchecked")
  private static <T> T serialised(T object) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(object);
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        return (T) in.readObject();
      }
    } catch (IOException | ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
