package io.firn.engine.internal.wal;

import io.firn.engine.internal.OpKind;

/** Operations that stand in one record of the log: replayed all or none. Encoded keys and rows. */
public interface LogBatch {

  /** The number of operations, at least one. */
  int size();

  /** Holds all keys and rows. */
  byte[] array();

  OpKind kind(int i);

  /** Where a key begins. Its row directly follows it. */
  int keyOffset(int i);

  int keyLength(int i);

  /** 0 for a delete. */
  int rowLength(int i);
}
