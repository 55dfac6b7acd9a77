package io.firn.compaction;

import io.firn.catalog.DeletionVector;
import io.firn.catalog.LiveFile;
import java.io.Serializable;

/**
 * An input of a task, with the deletes that were known when the task was made. Immutable and
 * serialisable.
 */
public final class TaskInput implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String path;
  private final long lengthBytes;
  private final long rowCount;
  private final long firstRowId;
  private final long dataSequenceNumber;
  private final byte[] firstKey;
  private final byte[] lastKey;
  private final byte[] deleted;

  private TaskInput(LiveFile file, KeyRange range) {
    this.path = file.path();
    this.lengthBytes = file.lengthBytes();
    this.rowCount = file.rowCount();
    this.firstRowId = file.firstRowId();
    this.dataSequenceNumber = file.dataSequenceNumber();
    this.firstKey = range.first();
    this.lastKey = range.last();
    this.deleted = Positions.encode(file.deleted());
  }

  /** The input that a live file is, as it stands in its version. */
  static TaskInput of(LiveFile file, KeyRange range) {
    return new TaskInput(file, range);
  }

  /** The file's path. */
  public String path() {
    return path;
  }

  /** The file's length. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /** Its rows, deleted ones included. */
  public long rowCount() {
    return rowCount;
  }

  /** The {@code _row_id} of its first row, for rows that store none; negative if there is none. */
  public long firstRowId() {
    return firstRowId;
  }

  /** When its rows were committed, for rows that store nothing else. */
  public long dataSequenceNumber() {
    return dataSequenceNumber;
  }

  /** Its first and last key, deleted rows included. */
  public KeyRange range() {
    return KeyRange.of(firstKey, lastKey);
  }

  /** The deletes that the task takes into account. */
  public DeletionVector deleted() {
    return Positions.decode(deleted);
  }

  @Override
  public String toString() {
    return path;
  }
}
