package io.firn.compaction;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cursors by their current key, smallest on top. Not safe for use by several threads. */
final class MergeHeap {

  private @Nullable MergeCursor[] cursors = new @Nullable MergeCursor[8];
  private int size;

  int size() {
    return size;
  }

  /** The cursor with the smallest key; there must be one. */
  MergeCursor top() {
    return at(0);
  }

  /** The cursor with the smallest key but for the top. */
  @Nullable MergeCursor second() {
    if (size < 3) {
      return size < 2 ? null : at(1);
    }
    return at(1).compare(at(2)) <= 0 ? at(1) : at(2);
  }

  MergeCursor at(int i) {
    MergeCursor cursor = cursors[i];
    if (cursor == null) {
      throw new IllegalStateException("No cursor " + i + " of " + size);
    }
    return cursor;
  }

  void add(MergeCursor cursor) {
    if (size == cursors.length) {
      cursors = Arrays.copyOf(cursors, size * 2);
    }
    int i = size++;
    while (i > 0 && cursor.compare(at((i - 1) >>> 1)) < 0) {
      cursors[i] = cursors[(i - 1) >>> 1];
      i = (i - 1) >>> 1;
    }
    cursors[i] = cursor;
  }

  /** The key of the top has grown. */
  void topMoved() {
    sink(top(), 0);
  }

  /** Takes out a cursor that must be in the heap, at its key as it was when it came in. */
  void remove(MergeCursor cursor) {
    int i = 0;
    while (at(i) != cursor) {
      i++;
    }
    MergeCursor last = at(--size);
    cursors[size] = null;
    if (last == cursor) {
      return;
    }
    while (i > 0 && last.compare(at((i - 1) >>> 1)) < 0) {
      cursors[i] = cursors[(i - 1) >>> 1];
      i = (i - 1) >>> 1;
    }
    cursors[i] = last;
    sink(last, i);
  }

  private void sink(MergeCursor cursor, int from) {
    int i = from;
    while (2 * i + 1 < size) {
      int child = 2 * i + 1;
      if (child + 1 < size && at(child + 1).compare(at(child)) < 0) {
        child++;
      }
      if (cursor.compare(at(child)) <= 0) {
        break;
      }
      cursors[i] = cursors[child];
      i = child;
    }
    cursors[i] = cursor;
  }
}
