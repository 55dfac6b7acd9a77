package io.firn.engine;

import io.firn.catalog.Defect;
import io.firn.catalog.DeletionVector;
import io.firn.catalog.FlushCommit;
import io.firn.catalog.SummaryKeys;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.internal.verify.Findings;
import io.firn.engine.internal.verify.KeyMerge;
import io.firn.engine.internal.verify.VerifiedFile;
import io.firn.error.CommitConflictException;
import io.firn.format.DataFileReaders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keys with several live rows, whoever left them, and another engine's deletes that are no deletion
 * vectors: of each key the newest row stays, as if the next commit of the writer had settled it.
 */
final class RepeatedKeys {

  private RepeatedKeys() {}

  /**
   * Looks for them.
   *
   * @param sound all data files of the store's version
   */
  static Optional<Defect> find(
      TableStore store, List<VerifiedFile> sound, DataFileReaders readers) {
    Version version = store.version();
    KeyMerge merge = new KeyMerge(sound, new Findings());
    long ignored = merge.check(rows -> {});
    Set<String> repeating = merge.repeating();
    boolean foreignDeletes = !version.unsettled().deletes().isEmpty();
    if (repeating.isEmpty() && !foreignDeletes) {
      return Optional.empty();
    }
    FileSet files = FileSet.open(version.distrusting(repeating), readers, new FilePins(), null);
    Map<String, DeletionVector> masks;
    try {
      masks = files.settlement().masks();
    } finally {
      files.release();
    }
    long rows = masks.values().stream().mapToLong(DeletionVector::cardinality).sum();
    String file =
        repeating.isEmpty()
            ? version.unsettled().deletes().get(0).location()
            : repeating.iterator().next();
    return Optional.of(
        new Defect(
            Defect.Weight.READERS,
            file,
            repeating.isEmpty()
                ? "deletes rows in another way than by a deletion vector"
                : "has live rows with keys that other live rows have; "
                    + repeating.size()
                    + " files do",
            "mask " + rows + " older or deleted rows; of each key the newest stays",
            0,
            () -> commit(store, version, masks)));
  }

  private static void commit(TableStore store, Version version, Map<String, DeletionVector> masks) {
    long ignored = store.fence();
    Version after =
        store.commitFlush(
            current -> {
              if (current.snapshotId() != version.snapshotId()) {
                throw new CommitConflictException(
                    "Somebody else has committed to " + store.location(), null);
              }
              return new FlushCommit(
                  List.of(),
                  masks,
                  current.flushedSequence(),
                  Map.of(SummaryKeys.JOB, "repair"),
                  current.unsettled());
            });
    if (after.snapshotId() == version.snapshotId()) {
      throw new IllegalStateException("The repair of " + store.location() + " made no snapshot");
    }
  }
}
