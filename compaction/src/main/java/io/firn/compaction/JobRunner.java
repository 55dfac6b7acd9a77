package io.firn.compaction;

import io.firn.catalog.Version;
import io.firn.compaction.CompactionPlan.Kind;
import io.firn.compaction.CompactionResult.Abandoned;
import io.firn.compaction.CompactionResult.Committed;
import io.firn.compaction.CompactionResult.Moved;
import io.firn.compaction.CompactionResult.Reason;
import io.firn.error.FirnException;
import io.firn.error.StorageException;
import io.firn.format.WrittenFile;
import io.firn.service.BackgroundService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a reserved plan through its life: tasks, merge, commit; or a move, which is none of these.
 * Whatever happens, afterwards either the inputs are replaced or nothing of the job is left, unless
 * the outcome of the commit is unknown. Safe for use by many threads.
 */
final class JobRunner {

  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

  private final CompactionHost host;
  private final Levels levels;
  private final TaskPlanner planner;
  private final CompactionCommitter committer;
  private final CompactionCounters counters;
  private final WaitingCallers callers;

  /** Outputs that no snapshot names yet, though their job is alive. */
  private final Set<String> outputsInProgress = ConcurrentHashMap.newKeySet();

  JobRunner(
      CompactionHost host,
      Levels levels,
      CompactionOptions options,
      CompactionCounters counters,
      WaitingCallers callers) {
    this.host = host;
    this.callers = callers;
    this.levels = levels;
    this.counters = counters;
    this.planner = new TaskPlanner(host.readers(), options, host.store().location() + "/data");
    this.committer = new CompactionCommitter(host.store(), host.storage(), levels, host.engineId());
  }

  Set<String> outputsInProgress() {
    return Set.copyOf(outputsInProgress);
  }

  /**
   * Runs a job to its end on this thread, with the help of free workers and of callers who wait.
   */
  CompactionResult run(
      CompactionPlan plan, BooleanSupplier stopRequested, BackgroundService workers) {
    long start = host.environment().ticker().nanoTime();
    CompactionListener listener = host.listener();
    tell(() -> listener.started(plan));
    List<String> outputPaths = new ArrayList<>();
    try {
      CompactionResult result = perform(plan, stopRequested, workers, outputPaths);
      counters.count(plan, result);
      long nanos = host.environment().ticker().nanoTime() - start;
      LOG.info("{} in {} ms: {}", plan, nanos / 1_000_000, summary(result));
      tell(() -> listener.finished(plan, result, nanos));
      return result;
    } catch (RuntimeException | Error e) {
      counters.failed();
      tell(() -> listener.failed(plan, e));
      throw e;
    } finally {
      synchronized (outputPaths) {
        outputPaths.forEach(outputsInProgress::remove);
      }
    }
  }

  private CompactionResult perform(
      CompactionPlan plan,
      BooleanSupplier stopRequested,
      BackgroundService workers,
      List<String> outputPaths) {
    if (plan.kind() == Kind.MOVE) {
      levels.move(plan);
      return new Moved(plan);
    }
    if (plan.kind() == Kind.DROP) {
      return installed(committer.commit(plan, List.of(), List.of()));
    }
    Version version = host.store().version();
    if (!Collections.disjoint(version.unsettled().files(), plan.inputPaths())) {
      // A merge of them would decide by itself which row of a key stays.
      return new Abandoned(
          Reason.UNSETTLED, "A rollback has left rows of one key in inputs of " + plan);
    }
    Optional<List<CompactionTask>> tasks =
        planner.tasks(plan, version, host.writerOptions(plan.outputLevel()));
    if (tasks.isEmpty()) {
      return new Abandoned(Reason.INPUT_GONE, "An input of " + plan + " is gone");
    }
    Fork.Outcome<CompactionOutcome> merged =
        merge(tasks.get(), stopRequested, workers, outputPaths);
    Throwable failure = merged.failure();
    if (failure != null) {
      deleteOutputs(merged.results(), failure);
      if (stopRequested.getAsBoolean()) {
        return new Abandoned(Reason.STOPPED, "Stopped: " + plan);
      }
      throw asUnchecked(failure);
    }
    CompactionResult result = installed(committer.commit(plan, tasks.get(), merged.results()));
    if (result instanceof Committed) {
      counters.superseded(
          merged.results().stream().mapToLong(CompactionOutcome::rowsSuperseded).sum());
    }
    return result;
  }

  private Fork.Outcome<CompactionOutcome> merge(
      List<CompactionTask> tasks,
      BooleanSupplier stopRequested,
      BackgroundService workers,
      List<String> outputPaths) {
    AtomicBoolean failed = new AtomicBoolean();
    CompactionEnvironment environment =
        new CompactionEnvironment(
            host.storage(),
            host.readers(),
            task -> {
              String path = host.store().newDataFilePath(task.outputLevel());
              synchronized (outputPaths) {
                outputPaths.add(path);
              }
              outputsInProgress.add(path);
              return path;
            },
            () -> failed.get() || stopRequested.getAsBoolean());
    List<Callable<CompactionOutcome>> pieces = new ArrayList<>();
    for (CompactionTask task : tasks) {
      pieces.add(
          () -> {
            try {
              return CompactionExecutor.run(task, environment);
            } catch (Throwable e) {
              failed.set(true);
              throw e;
            }
          });
    }
    return Fork.join(pieces, workers, callers);
  }

  private CompactionResult installed(CompactionResult result) {
    if (result instanceof Committed committed) {
      host.onVersion(committed.version());
    }
    return result;
  }

  private void deleteOutputs(List<CompactionOutcome> outcomes, Throwable failure) {
    for (CompactionOutcome outcome : outcomes) {
      try {
        OutputFiles.delete(
            host.storage(), outcome.outputs().stream().map(WrittenFile::path).toList());
      } catch (StorageException e) {
        failure.addSuppressed(e);
      }
    }
  }

  private static RuntimeException asUnchecked(Throwable failure) {
    if (failure instanceof FirnException firn) {
      return firn;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new StorageException("Compaction failed", failure);
  }

  private static String summary(@Nullable CompactionResult result) {
    if (result instanceof Committed committed) {
      return "%d files, snapshot %d, %d late deletes"
          .formatted(
              committed.outputs().size(),
              committed.version().snapshotId(),
              committed.deletesCarried());
    }
    return String.valueOf(result);
  }

  private static void tell(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      LOG.warn("A compaction listener failed", e);
    }
  }
}
