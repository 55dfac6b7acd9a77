package io.firn.engine;

import io.firn.engine.internal.OpKind;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.engine.internal.memtable.MemtableCursor;

/**
 * A memtable's entries in key order, the newest visible one of each key, one at a time. Not thread
 * safe.
 */
final class EntryCursor {

  private final Memtable memtable;
  private final MemtableCursor cursor;
  private int entry = Memtable.ABSENT;

  EntryCursor(Memtable memtable, MemtableCursor cursor) {
    this.memtable = memtable;
    this.cursor = cursor;
  }

  /** Moves to the next key; false at the end. */
  boolean next() {
    entry = cursor.next();
    return entry != Memtable.ABSENT;
  }

  /** The array in which the key and the row lie. */
  byte[] array() {
    return memtable.array(entry);
  }

  int keyOffset() {
    return memtable.keyOffset(entry);
  }

  int keyLength() {
    return memtable.keyLength(entry);
  }

  boolean isDelete() {
    return memtable.kind(entry) == OpKind.DELETE;
  }

  int rowOffset() {
    return memtable.rowOffset(entry);
  }
}
