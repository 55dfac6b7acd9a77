package io.firn.engine.internal.memtable;

import org.jspecify.annotations.Nullable;

/** Keys in descending order: the last visible version met of a key is its newest. */
final class DescendingCursor extends MemtableCursor {

  private int at;

  /** The newest visible version so far of the key being walked over; 0 for none. */
  private int candidate;

  private boolean exhausted;
  private boolean checkTo;

  DescendingCursor(Memtable table, byte @Nullable [] from, byte @Nullable [] to, long maxSequence) {
    super(
        table,
        from,
        to,
        maxSequence,
        to == null ? table.lastLeaf() : table.leafFor(to, 0, to.length, Long.MAX_VALUE));
    load(leaf);
    at = count;
    checkTo = to != null;
  }

  @Override
  public int next() {
    while (!exhausted) {
      if (at == 0) {
        if (leaf.low == 0) {
          exhausted = true;
        } else {
          load(table.leafBefore(leaf.low));
          at = count;
          checkTo = false;
        }
        continue;
      }
      int entry = entries[--at];
      if (sequences[at] > maxSequence || (checkTo && to != null && !isBelow(entry, to))) {
        continue;
      }
      if (from != null && isBelow(entry, from)) {
        exhausted = true;
        continue;
      }
      int finished = candidate;
      candidate = entry;
      if (finished != 0 && !sameKey(finished, entry)) {
        return finished;
      }
    }
    int finished = candidate;
    candidate = 0;
    return finished;
  }
}
