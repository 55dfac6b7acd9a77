package io.firn.engine;

import io.firn.format.ColumnBatch;

/**
 * One of the ordered inputs of a scan: a memtable, or the files of a sorted run. It stands before
 * its first row until {@link #advance} is called. Not thread safe.
 */
interface MergeSource extends AutoCloseable {

  /** Moves to the next key in the scan's order; false at the end. */
  boolean advance();

  /** The array in which the current key lies. */
  byte[] keyBytes();

  int keyOffset();

  int keyLength();

  /** True if the current key has no row here and hides those of older sources. */
  boolean isDelete();

  /** Of two sources with the same key the one with the higher age counter wins. */
  long age();

  /** The rows around the current one, of the scan's read schema. */
  ColumnBatch batch();

  /** Which of them is the current one; undefined for a delete. */
  int row();

  /** True if the next {@link #advance} puts other rows into the batch. */
  boolean isLastOfBatch();

  @Override
  void close();
}
