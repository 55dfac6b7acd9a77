package io.firn.engine;

import io.firn.catalog.Defect;
import io.firn.catalog.MetadataRepair;
import io.firn.catalog.TableLocation;
import io.firn.engine.internal.owner.OwnerLock;
import io.firn.error.CorruptionException;
import io.firn.error.EngineFailedException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.LockedException;
import io.firn.error.StorageException;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends what is broken in a table: what {@link TableVerifier} finds. Rebuilds what can be rebuilt;
 * gives up what is lost only if that was accepted beforehand, by its number. Where nothing can be
 * done it says so and changes nothing.
 *
 * <p>A repair takes the writer's lock, and a new epoch, so that nobody writes meanwhile and no
 * writer on another machine goes on. Every step is one atomic change; a repair that was interrupted
 * is simply done again. Whatever is replaced stays beside the table under a name that ends in
 * {@code .damaged}.
 *
 * <p>Errors: {@link LockedException} if somebody has the table open for writing, {@link
 * io.firn.error.NotATableException} if there is none, {@link CorruptionException} if something is
 * beyond repair, {@link StorageException} if storage fails.
 */
public final class TableRepair {

  private static final Logger LOG = LoggerFactory.getLogger(TableRepair.class);

  private final TableLocation location;
  private final Storage storage;
  private final @Nullable String localDirectory;

  /**
   * The repair of a table; nothing is done yet.
   *
   * @param localDirectory where its writer keeps log and lock; null if within the table's directory
   */
  public TableRepair(TableLocation location, Storage storage, @Nullable String localDirectory) {
    this.location = location;
    this.storage = storage;
    this.localDirectory = localDirectory;
  }

  /**
   * What there is to do. Reads every file of the table and changes not one byte. What lies behind
   * damaged metadata may show only when that is mended; then the next plan has it.
   */
  public RepairPlan plan() {
    try (MetadataRepair metadata = new MetadataRepair(location, storage)) {
      String local = local(metadata);
      String lock = StoragePaths.join(local, OwnerLock.LOCK);
      try (Storage.FileLease lease = storage.exists(lock) ? storage.lock(lock) : null;
          RepairSearch search = new RepairSearch(location, storage, metadata, local)) {
        LOG.debug("Looking for damage, lock {}", lease);
        return new RepairPlan(search.find().stream().map(TableRepair::step).toList());
      } catch (Storage.LockHeldException e) {
        throw new LockedException(
            "The table is open for writing (lock " + lock + "). Close it there first", e);
      } catch (IOException e) {
        throw new StorageException("Cannot take the lock " + lock, e);
      }
    }
  }

  /**
   * Repairs.
   *
   * @param acceptedLoss how many rows and operations may be lost: what {@link RepairPlan#lost} of
   *     the plan said
   * @return what has been done
   * @throws InvalidArgumentException if another number would be lost; nothing has changed, or, if
   *     more came to light, nothing that was not accepted
   * @throws CorruptionException if something cannot be repaired; nothing has changed
   */
  public RepairPlan run(long acceptedLoss) {
    try (MetadataRepair metadata = new MetadataRepair(location, storage)) {
      String local = local(metadata);
      try (OwnerLock lock = OwnerLock.take(storage, local);
          RepairSearch search = new RepairSearch(location, storage, metadata, local)) {
        LOG.debug("Repairing as {}", lock.info());
        return run(search, acceptedLoss);
      }
    }
  }

  private RepairPlan run(RepairSearch search, long acceptedLoss) {
    List<Defect> defects = search.find();
    for (Defect defect : defects) {
      if (defect.mending() == null) {
        throw new CorruptionException(defect.file(), -1, defect.what() + "; " + defect.remedy());
      }
    }
    RepairPlan plan = new RepairPlan(defects.stream().map(TableRepair::step).toList());
    if (plan.lost() != acceptedLoss) {
      throw new InvalidArgumentException(
          "The repair of "
              + location
              + " would lose "
              + (plan.lost() == RepairPlan.UNKNOWN ? "an unknown number of" : plan.lost())
              + " rows or operations, not "
              + acceptedLoss
              + "; nothing was changed");
    }
    List<RepairStep> done = new ArrayList<>();
    long left = acceptedLoss == RepairPlan.UNKNOWN ? Long.MAX_VALUE : acceptedLoss;
    while (!defects.isEmpty()) {
      Defect next = defects.get(0);
      RepairStep step = step(next);
      left -= Math.max(0, step.lost());
      mend(next, step, done, left);
      done.add(step);
      defects = search.find();
    }
    return new RepairPlan(done);
  }

  private static void mend(Defect defect, RepairStep step, List<RepairStep> done, long left) {
    Defect.Mending mending = defect.mending();
    if (mending == null || left < 0 || (step.lost() < 0 && left < Long.MAX_VALUE)) {
      throw new InvalidArgumentException(
          "After " + done.size() + " steps more came to light: " + step + "; look at the new plan");
    }
    if (done.contains(step)) {
      throw new EngineFailedException("A repair did not help: " + step, null);
    }
    mending.mend();
    LOG.warn("repaired file={} what={} remedy={}", step.file(), step.what(), step.remedy());
  }

  private static RepairStep step(Defect defect) {
    RepairStep.Kind kind =
        defect.mending() == null
            ? RepairStep.Kind.IMPOSSIBLE
            : defect.lost() == 0 ? RepairStep.Kind.RESTORES : RepairStep.Kind.LOSES;
    return new RepairStep(kind, defect.file(), defect.what(), defect.remedy(), defect.lost());
  }

  private String local(MetadataRepair metadata) {
    if (localDirectory != null) {
      return localDirectory;
    }
    return LocalDirectory.within(metadata.tableDirectory())
        .orElseThrow(
            () ->
                new InvalidArgumentException(
                    "The table "
                        + location
                        + " is not on the local file system: name the"
                        + " localDirectory of its log and lock"));
  }
}
