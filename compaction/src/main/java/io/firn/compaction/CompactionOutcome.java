package io.firn.compaction;

import io.firn.catalog.DeletionVector;
import io.firn.format.WrittenFile;
import java.io.Serializable;
import java.util.List;

/**
 * What a task has produced: durable files that no snapshot names yet. Immutable and serialisable.
 */
public final class CompactionOutcome implements Serializable {

  private static final long serialVersionUID = 1L;

  private final List<WrittenFile> outputs;
  private final RowMap rowMap;
  private final byte[][] superseded;
  private final long rowsSuperseded;
  private final int rowsBufferedMax;

  CompactionOutcome(
      List<WrittenFile> outputs,
      RowMap rowMap,
      List<DeletionVector> superseded,
      int rowsBufferedMax) {
    this.outputs = List.copyOf(outputs);
    this.rowMap = rowMap;
    this.superseded = superseded.stream().map(Positions::encode).toArray(byte[][]::new);
    this.rowsSuperseded = superseded.stream().mapToLong(DeletionVector::cardinality).sum();
    this.rowsBufferedMax = rowsBufferedMax;
  }

  /** The files, by key; none if no row was left. */
  public List<WrittenFile> outputs() {
    return outputs;
  }

  /** Where the rows went; outputs are numbered as in {@link #outputs()}. */
  public RowMap rowMap() {
    return rowMap;
  }

  /**
   * The rows of an input that were left out because a newer row has the same key. This happens only
   * when another engine appended a key that existed.
   *
   * @param input the number of the input in its task
   */
  public DeletionVector superseded(int input) {
    return Positions.decode(superseded[input]);
  }

  /** How many rows were left out for a newer one with the same key. */
  public long rowsSuperseded() {
    return rowsSuperseded;
  }

  /** The rows written. */
  public long rowsWritten() {
    return outputs.stream().mapToLong(WrittenFile::rowCount).sum();
  }

  /** The bytes written. */
  public long bytesWritten() {
    return outputs.stream().mapToLong(WrittenFile::lengthBytes).sum();
  }

  /** The most rows that the merge held in memory at once. */
  public int rowsBufferedMax() {
    return rowsBufferedMax;
  }
}
