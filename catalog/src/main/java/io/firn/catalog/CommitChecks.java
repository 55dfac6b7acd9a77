package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import io.firn.format.WrittenFile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold before a commit, asserted always: Iceberg itself accepts commits that leave a
 * table unreadable or bring deleted rows back.
 */
final class CommitChecks {
  private CommitChecks() {}

  /**
   * The whole deletion vectors that a flush leaves behind, per data file that it deletes from;
   * files from which it deletes nothing new are absent.
   */
  static Map<String, DeletionVector> vectors(Version version, FlushCommit commit) {
    if (commit.sequence() < version.flushedSequence()) {
      throw new InvalidArgumentException(
          "A flush of sequence "
              + commit.sequence()
              + " comes after sequence "
              + version.flushedSequence());
    }
    Map<String, Long> rows = newFiles(version, commit.added());
    Map<String, DeletionVector> vectors = new LinkedHashMap<>();
    commit
        .newlyDeleted()
        .forEach(
            (path, positions) -> {
              LiveFile live = version.file(path);
              Long rowCount = live == null ? rows.get(path) : Long.valueOf(live.rowCount());
              if (rowCount == null) {
                throw new InvalidArgumentException("Rows of " + path + ", which is not live");
              }
              checkPositions(path, positions, rowCount);
              DeletionVector before = live == null ? DeletionVector.EMPTY : live.deleted();
              DeletionVector after = before.union(positions);
              if (after.cardinality() < before.cardinality()) {
                throw new IllegalStateException("The deletion vector of " + path + " shrank");
              }
              if (after.cardinality() > before.cardinality()) {
                vectors.put(path, after);
              }
            });
    return vectors;
  }

  /** The deletion vectors of a compaction's outputs; empty ones are absent. */
  static Map<String, DeletionVector> vectors(Version version, RewriteCommit commit) {
    if (commit.inputs().isEmpty()) {
      throw new InvalidArgumentException("A compaction without inputs");
    }
    Set<String> inputs = new HashSet<>();
    long live = 0;
    for (LiveFile input : commit.inputs()) {
      LiveFile current = version.file(input.path());
      if (current == null || !current.equals(input)) {
        throw new InvalidArgumentException(
            "Input " + input + " is not in the version that the compaction commits on");
      }
      if (!inputs.add(input.path())) {
        throw new InvalidArgumentException("Input " + input.path() + " is named twice");
      }
      live += input.liveRows();
    }
    Map<String, Long> rows = newFiles(version, commit.outputs());
    long kept = rows.values().stream().mapToLong(Long::longValue).sum();
    Map<String, DeletionVector> vectors = new LinkedHashMap<>();
    for (Map.Entry<String, DeletionVector> deletes : commit.outputDeletes().entrySet()) {
      Long rowCount = rows.get(deletes.getKey());
      if (rowCount == null) {
        throw new InvalidArgumentException("Rows of " + deletes.getKey() + ", which is no output");
      }
      checkPositions(deletes.getKey(), deletes.getValue(), rowCount);
      if (!deletes.getValue().isEmpty()) {
        vectors.put(deletes.getKey(), deletes.getValue());
        kept -= deletes.getValue().cardinality();
      }
    }
    if (commit.supersededRows() < 0 || kept != live - commit.supersededRows()) {
      throw new InvalidArgumentException(
          "A compaction of "
              + live
              + " live rows, "
              + commit.supersededRows()
              + " of them superseded, would leave "
              + kept);
    }
    return vectors;
  }

  private static Map<String, Long> newFiles(Version version, List<WrittenFile> files) {
    Map<String, Long> rows = new HashMap<>();
    for (WrittenFile file : files) {
      if (version.file(file.path()) != null || rows.put(file.path(), file.rowCount()) != null) {
        throw new InvalidArgumentException("File " + file.path() + " is added twice");
      }
      if (file.rowCount() <= 0) {
        throw new InvalidArgumentException("File " + file.path() + " has no rows");
      }
    }
    return rows;
  }

  private static void checkPositions(String path, DeletionVector positions, long rowCount) {
    if (positions.nextDeleted(rowCount) >= 0) {
      throw new InvalidArgumentException(
          "Position "
              + positions.nextDeleted(rowCount)
              + " of "
              + path
              + ", which has "
              + rowCount
              + " rows");
    }
  }
}
