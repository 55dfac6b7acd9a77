package io.firn.compaction;

import io.firn.error.InvalidArgumentException;
import java.util.List;

/**
 * What one job does: these inputs, and no others, become sorted, non-overlapping files of one
 * level. The picked object is what the job reads; nothing is computed a second time. Immutable.
 *
 * @param kind why, and whether rows are rewritten at all
 * @param inputs the files, each in one place only
 * @param outputLevel the level of the outputs
 * @param score what made it due; larger is more urgent; 0 if it was asked for
 */
public record CompactionPlan(
    Kind kind, List<CompactionFile> inputs, int outputLevel, double score) {

  /** Why a job runs. */
  public enum Kind {
    /** Files without a live row are removed: a commit, no reading. */
    DROP,
    /** Files change their level without I/O and without a commit. */
    MOVE,
    /** Files of level 0 and what they overlap in level 1. */
    L0_TO_L1,
    /** Files of level 0 among themselves, because level 1 is busy. */
    WITHIN_L0,
    /** Files of a level and what they overlap in the next. */
    NEXT_LEVEL,
    /** Small neighbours of one level. */
    SMALL_FILES,
    /** Files with many masked rows, rewritten in their level. */
    MASKED,
    /** Everything into one sorted run. */
    FULL
  }

  public CompactionPlan {
    inputs = List.copyOf(inputs);
    if (inputs.isEmpty()) {
      throw new InvalidArgumentException("A compaction needs an input");
    }
  }

  /** The smallest key range that contains all inputs, and so all outputs. */
  public KeyRange range() {
    return KeyRange.hull(inputs);
  }

  /** The bytes of the inputs. */
  public long inputBytes() {
    return inputs.stream().mapToLong(CompactionFile::lengthBytes).sum();
  }

  /** The rows of the inputs that are not masked. */
  public long liveRows() {
    return inputs.stream().mapToLong(CompactionFile::liveRows).sum();
  }

  /** The masked rows of the inputs, which the job gets rid of. */
  public long deletedRows() {
    return inputs.stream().mapToLong(CompactionFile::deletedRows).sum();
  }

  /** The names of the inputs. */
  public List<String> inputPaths() {
    return inputs.stream().map(CompactionFile::path).toList();
  }

  /** True if files are read and written. */
  public boolean rewrites() {
    return kind != Kind.MOVE && kind != Kind.DROP;
  }

  @Override
  public String toString() {
    return "%s of %d files, %d bytes, %d live and %d masked rows into level %d"
        .formatted(kind, inputs.size(), inputBytes(), liveRows(), deletedRows(), outputLevel);
  }
}
