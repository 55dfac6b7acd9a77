package io.firn.engine.internal.memtable;

import org.jspecify.annotations.Nullable;

/** Keys in ascending order: the first version met of a key is its newest. */
final class AscendingCursor extends MemtableCursor {

  private int at;

  /** The last entry returned; its key's older versions are skipped. */
  private int last;

  /** Whether {@code last} is of this leaf, so that prefixes compare. */
  private boolean lastInLeaf;

  private long lastPrefix;
  private boolean checkFrom;
  private boolean checkTo;

  AscendingCursor(Memtable table, byte @Nullable [] from, byte @Nullable [] to, long maxSequence) {
    super(
        table,
        from,
        to,
        maxSequence,
        from == null ? table.firstLeaf() : table.leafFor(from, 0, from.length, Long.MAX_VALUE));
    enter(leaf);
    checkFrom = from != null;
  }

  private void enter(Leaf next) {
    load(next);
    at = 0;
    lastInLeaf = false;
    checkFrom = false;
    checkTo = to != null && (next.high == 0 || !isBelow(next.high, to));
  }

  @Override
  public int next() {
    while (true) {
      if (at == count) {
        if (leaf.high == 0) {
          return Memtable.ABSENT;
        }
        enter(table.leafFrom(leaf.high));
        continue;
      }
      int entry = entries[at];
      long prefix = prefixes[at];
      if (checkTo && to != null && !isBelow(entry, to)) {
        return Memtable.ABSENT;
      }
      long sequence = sequences[at++];
      if (sequence > maxSequence
          || isOlderVersion(entry, prefix)
          || (checkFrom && from != null && isBelow(entry, from))) {
        continue;
      }
      last = entry;
      lastInLeaf = true;
      lastPrefix = prefix;
      return entry;
    }
  }

  private boolean isOlderVersion(int entry, long prefix) {
    if (last == 0 || (lastInLeaf && prefix != lastPrefix)) {
      return false;
    }
    return sameKey(entry, last);
  }
}
