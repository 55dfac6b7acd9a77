package io.firn.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The distinct keys of several ascending cursors, ascending. Not thread safe. */
final class MergedKeys {

  private final List<EntryCursor> live = new ArrayList<>();
  private @Nullable EntryCursor current;

  MergedKeys(List<EntryCursor> cursors) {
    for (EntryCursor cursor : cursors) {
      if (cursor.next()) {
        live.add(cursor);
      }
    }
  }

  /** Moves to the next key; false at the end. */
  boolean next() {
    EntryCursor done = current;
    if (done != null) {
      live.removeIf(cursor -> cursor != done && compare(cursor, done) == 0 && !cursor.next());
      if (!done.next()) {
        live.remove(done);
      }
    }
    EntryCursor best = null;
    for (EntryCursor cursor : live) {
      if (best == null || compare(cursor, best) < 0) {
        best = cursor;
      }
    }
    current = best;
    return best != null;
  }

  byte[] keyBytes() {
    return at().array();
  }

  int keyOffset() {
    return at().keyOffset();
  }

  int keyLength() {
    return at().keyLength();
  }

  private EntryCursor at() {
    EntryCursor cursor = current;
    if (cursor == null) {
      throw new IllegalStateException("Not at a key");
    }
    return cursor;
  }

  private static int compare(EntryCursor a, EntryCursor b) {
    return Arrays.compareUnsigned(
        a.array(),
        a.keyOffset(),
        a.keyOffset() + a.keyLength(),
        b.array(),
        b.keyOffset(),
        b.keyOffset() + b.keyLength());
  }
}
