package io.firn.engine.internal.wal;

import io.firn.engine.internal.OpKind;

/** Receives what a log holds, in the order of sequence numbers. Arrays are only lent. */
public interface LogVisitor {

  /** The operations that follow stand in this segment, written under this schema. */
  void segment(long number, int schemaId);

  void operation(
      long sequence, OpKind kind, byte[] array, int keyOffset, int keyLength, int rowLength);
}
