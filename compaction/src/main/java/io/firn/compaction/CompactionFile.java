package io.firn.compaction;

import io.firn.error.InvalidArgumentException;

/**
 * What the policy knows of a live data file: enough to score and to pick, and nothing that needs
 * I/O.
 *
 * @param path its name
 * @param origin who wrote it
 * @param levelHint the level its name asks for; 0 for a file of another engine
 * @param range its first and last key, masked rows included
 * @param lengthBytes its length
 * @param rowCount its rows, masked ones included
 * @param deletedRows its rows masked by a deletion vector
 * @param dvBytes the size of that vector
 * @param dataSequenceNumber when its rows were committed; larger is newer
 */
public record CompactionFile(
    String path,
    Origin origin,
    int levelHint,
    KeyRange range,
    long lengthBytes,
    long rowCount,
    long deletedRows,
    long dvBytes,
    long dataSequenceNumber) {

  /** Who wrote a data file. */
  public enum Origin {
    /** This engine: sorted by key, with an index inside. */
    FIRN,
    /** Another engine: readable, but without an index, and perhaps not sorted. */
    FOREIGN
  }

  public CompactionFile {
    if (levelHint < 0 || lengthBytes < 0 || deletedRows < 0 || deletedRows > rowCount) {
      throw new InvalidArgumentException(
          "%s: impossible figures: level %d, %d bytes, %d of %d rows masked"
              .formatted(path, levelHint, lengthBytes, deletedRows, rowCount));
    }
  }

  /** The rows a reader sees. */
  public long liveRows() {
    return rowCount - deletedRows;
  }

  /** True if the file may change its level as it is: nothing masked, and an index inside. */
  boolean movable() {
    return deletedRows == 0 && rowCount > 0 && origin == Origin.FIRN;
  }

  /** The share of rows that a deletion vector masks, from 0 to 1. A file without rows counts 1. */
  public double maskedRatio() {
    return rowCount == 0 ? 1.0 : (double) deletedRows / rowCount;
  }
}
