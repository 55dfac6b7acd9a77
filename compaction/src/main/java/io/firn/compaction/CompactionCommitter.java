package io.firn.compaction;

import io.firn.catalog.DeletionVector;
import io.firn.catalog.LiveFile;
import io.firn.catalog.RewriteCommit;
import io.firn.catalog.SummaryKeys;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.compaction.CompactionResult.Abandoned;
import io.firn.compaction.CompactionResult.Committed;
import io.firn.compaction.CompactionResult.Reason;
import io.firn.error.CommitUnknownException;
import io.firn.format.WrittenFile;
import io.firn.storage.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Commits what the tasks of a job have produced: inputs out, outputs in, one snapshot. Deletes that
 * arrived on the inputs while the job ran are committed as the outputs' deletion vectors in that
 * same snapshot, so that no flush ever makes a job void. Safe for use by many threads; the store
 * puts commits in line.
 *
 * <p>If nothing was committed, the outputs are deleted. If it is unknown whether the commit
 * happened they stay: either a snapshot names them, or they are orphans that a sweep finds.
 */
public final class CompactionCommitter {

  private final TableStore store;
  private final Storage storage;
  private final Levels levels;
  private final String engineId;

  public CompactionCommitter(TableStore store, Storage storage, Levels levels, String engineId) {
    this.store = store;
    this.storage = storage;
    this.levels = levels;
    this.engineId = engineId;
  }

  /**
   * Commits a job.
   *
   * @param tasks the tasks of the plan, by key; none for a plan that only drops files
   * @param outcomes what each of them produced, in the same order
   * @throws CommitUnknownException if the catalog did not say whether it happened
   * @throws io.firn.error.FirnException if it did not happen; the outputs are deleted
   */
  public CompactionResult commit(
      CompactionPlan plan, List<CompactionTask> tasks, List<CompactionOutcome> outcomes) {
    List<WrittenFile> outputs = new ArrayList<>();
    outcomes.forEach(outcome -> outputs.addAll(outcome.outputs()));
    long[] carried = {0};
    try {
      checkDisjoint(outputs);
      // Files that flushes have added meanwhile are looked at here, not under the commit lock.
      levels.view(store.version());
      Version version =
          store.commitRewrite(
              current -> {
                Prepared prepared = prepare(plan, tasks, outcomes, outputs, current);
                carried[0] = prepared.carried();
                return prepared.commit();
              });
      return new Committed(version, outputs, carried[0]);
    } catch (CommitUnknownException e) {
      throw e;
    } catch (GivenUp e) {
      delete(outputs);
      return e.result;
    } catch (RuntimeException | Error e) {
      try {
        delete(outputs);
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void delete(List<WrittenFile> outputs) {
    OutputFiles.delete(storage, outputs.stream().map(WrittenFile::path).toList());
  }

  private record Prepared(RewriteCommit commit, long carried) {}

  private Prepared prepare(
      CompactionPlan plan,
      List<CompactionTask> tasks,
      List<CompactionOutcome> outcomes,
      List<WrittenFile> outputs,
      Version current) {
    if (current.unsettled().hasPositionDeletes()) {
      throw new GivenUp(Reason.UNSETTLED, "Rows are deleted by position, not by deletion vectors");
    }
    List<LiveFile> inputs = new ArrayList<>();
    Map<String, DeletionVector.Builder> outputDeletes = new HashMap<>();
    long carried = 0;
    for (int i = 0; i < plan.inputs().size(); i++) {
      String path = plan.inputs().get(i).path();
      LiveFile live = current.file(path);
      if (live == null) {
        throw new GivenUp(Reason.INPUT_GONE, path + " is no longer part of the table");
      }
      inputs.add(live);
      carried += carry(i, live, tasks, outcomes, outputDeletes);
    }
    List<WrittenFile> misfits =
        plan.outputLevel() == 0 ? List.of() : levels.misfits(current, plan, outputs);
    if (!misfits.isEmpty()) {
      throw new GivenUp(
          Reason.LEVEL_TAKEN,
          misfits.get(0).path() + " would overlap a file of level " + plan.outputLevel());
    }
    Map<String, DeletionVector> deletes = new HashMap<>();
    outputDeletes.forEach((path, positions) -> deletes.put(path, positions.build()));
    Map<String, String> summary =
        Map.of(
            SummaryKeys.JOB,
            plan.kind() == CompactionPlan.Kind.MASKED ? "purge" : "compaction",
            SummaryKeys.ENGINE_ID,
            engineId);
    return new Prepared(
        new RewriteCommit(inputs, outputs, deletes, summary, superseded(inputs, outcomes)),
        carried);
  }

  /** How many live rows were left out because a newer row has the same key. */
  private static long superseded(List<LiveFile> inputs, List<CompactionOutcome> outcomes) {
    long rows = 0;
    for (CompactionOutcome outcome : outcomes) {
      for (int i = 0; i < inputs.size(); i++) {
        rows += outcome.superseded(i).minus(inputs.get(i).deleted()).cardinality();
      }
    }
    return rows;
  }

  /** Maps the deletes that an input has got since its task was made; returns how many. */
  private static long carry(
      int input,
      LiveFile live,
      List<CompactionTask> tasks,
      List<CompactionOutcome> outcomes,
      Map<String, DeletionVector.Builder> outputDeletes) {
    if (tasks.isEmpty()) {
      if (live.liveRows() > 0) {
        throw new GivenUp(Reason.DELETE_UNDONE, live.path() + " has live rows again");
      }
      return 0;
    }
    DeletionVector known = tasks.get(0).inputs().get(input).deleted();
    if (!known.minus(live.deleted()).isEmpty()) {
      throw new GivenUp(Reason.DELETE_UNDONE, "Deleted rows of " + live.path() + " are back");
    }
    DeletionVector late = live.deleted().minus(known);
    if (late.isEmpty()) {
      return 0;
    }
    long[] mapped = {0};
    DeletionVector unmapped = late;
    for (CompactionOutcome outcome : outcomes) {
      outcome
          .rowMap()
          .map(
              input,
              late,
              (position, output, outputPosition) -> {
                mapped[0]++;
                outputDeletes
                    .computeIfAbsent(
                        outcome.outputs().get(output).path(), path -> DeletionVector.builder())
                    .add(outputPosition);
              });
      unmapped = unmapped.minus(outcome.superseded(input));
    }
    // A late delete of a row that was left out for a newer one needs no further thought.
    if (mapped[0] != unmapped.cardinality()) {
      throw new IllegalStateException(
          "%d rows of %s were deleted during compaction, but only %d of them were found in its outputs"
              .formatted(unmapped.cardinality(), live.path(), mapped[0]));
    }
    return mapped[0];
  }

  private static void checkDisjoint(List<WrittenFile> outputs) {
    for (int i = 1; i < outputs.size(); i++) {
      WrittenFile before = outputs.get(i - 1);
      WrittenFile after = outputs.get(i);
      if (Arrays.compareUnsigned(before.lastKey(), after.firstKey()) >= 0) {
        throw new IllegalStateException(
            "Outputs overlap: " + before.path() + " and " + after.path());
      }
    }
  }

  /** Leaves a commit that is being prepared. */
  private static final class GivenUp extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Abandoned result;

    GivenUp(Reason reason, String detail) {
      super(detail, null, false, false);
      this.result = new Abandoned(reason, detail);
    }
  }
}
