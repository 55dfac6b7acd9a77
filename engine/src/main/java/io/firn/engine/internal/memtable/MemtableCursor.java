package io.firn.engine.internal.memtable;

import org.jspecify.annotations.Nullable;

/**
 * Walks over the newest version of each key at one sequence number, deletes included. Of one
 * thread; inserts may go on beside it.
 */
public final class MemtableCursor {

  private static final int BLOCK_MAX = 64;

  /** Of larger entries the rest is read in its order, which the processor foresees. */
  private static final int TOUCHED_MAX = 256;

  private final Arena arena;
  private final Versions versions;
  private final long maxSequence;
  private final boolean ascending;
  private final int touchedBytes;

  /** Those that have keys left, the one whose key comes first in front. */
  private final Input[] inputs;

  private int inputCount;

  // A block of versions; 0 where a key has none.
  private final int[] block = new int[BLOCK_MAX];
  private int blockSize = 4;
  private int blockEnd;
  private int at;

  @SuppressWarnings("unused") // So that the reads are done.
  private int touched;

  /** What is left of a run, to be read from one of its ends. */
  private static final class Input {
    final SortedRun run;
    final int step;
    final int end;
    int at;

    Input(SortedRun run, int from, int to, boolean ascending) {
      this.run = run;
      this.step = ascending ? 1 : -1;
      this.at = ascending ? from : to - 1;
      this.end = ascending ? to : from - 1;
    }
  }

  /**
   * @param entryBytes what an entry takes on average
   */
  MemtableCursor(
      Arena arena,
      Versions versions,
      SortedRun[] runs,
      byte @Nullable [] from,
      byte @Nullable [] to,
      long maxSequence,
      boolean ascending,
      long entryBytes) {
    this.arena = arena;
    this.versions = versions;
    this.maxSequence = maxSequence;
    this.ascending = ascending;
    this.touchedBytes = (int) Math.min(entryBytes, TOUCHED_MAX);
    this.inputs = new Input[runs.length];
    for (SortedRun run : runs) {
      int low = from == null ? 0 : run.lowerBound(arena, from);
      int high = to == null ? run.size() : run.lowerBound(arena, to);
      if (low < high) {
        inputs[inputCount++] = new Input(run, low, high, ascending);
      }
    }
    for (int i = inputCount - 2; i >= 0; i--) {
      sink(i);
    }
  }

  /**
   * Goes on to the next key.
   *
   * @return the name of its entry, for the methods of {@link Memtable}; {@link Memtable#ABSENT} at
   *     the end
   */
  public int next() {
    while (true) {
      while (at < blockEnd) {
        int entry = block[at++];
        if (entry != Memtable.ABSENT) {
          return entry;
        }
      }
      if (inputCount == 0) {
        return Memtable.ABSENT;
      }
      load();
    }
  }

  /**
   * Loads the next keys' versions. They lie anywhere in the arena: touched directly one after the
   * other, before anybody looks at them, they are waited for together. A cursor that goes on takes
   * more and more at once.
   */
  private void load() {
    blockSize = Math.min(blockSize * 2, BLOCK_MAX);
    int count = 0;
    while (count < blockSize && inputCount > 0) {
      count = inputCount == 1 ? takeAll(inputs[0], count) : take(count);
    }
    int read = 0;
    for (int i = 0; i < count; i++) {
      read += arena.touch(block[i], touchedBytes);
    }
    touched = read;
    for (int i = 0; i < count; i++) {
      block[i] = versions.at(block[i], maxSequence);
    }
    at = 0;
    blockEnd = count;
  }

  private int takeAll(Input input, int from) {
    int count = from;
    int[] entries = input.run.entries();
    while (count < blockSize && input.at != input.end) {
      block[count++] = entries[input.at];
      input.at += input.step;
    }
    if (input.at == input.end) {
      inputCount = 0;
    }
    return count;
  }

  private int take(int count) {
    Input first = inputs[0];
    block[count] = first.run.entries()[first.at];
    first.at += first.step;
    if (first.at == first.end) {
      inputCount--;
      System.arraycopy(inputs, 1, inputs, 0, inputCount);
    } else {
      sink(0);
    }
    return count + 1;
  }

  /** Brings an input to its place among those behind it, which are in order. */
  private void sink(int from) {
    Input input = inputs[from];
    int to = from;
    while (to + 1 < inputCount && comesBefore(inputs[to + 1], input)) {
      inputs[to] = inputs[to + 1];
      to++;
    }
    inputs[to] = input;
  }

  private boolean comesBefore(Input a, Input b) {
    return ascending ? compare(a, b) < 0 : compare(a, b) > 0;
  }

  private int compare(Input a, Input b) {
    SortedRun run = a.run;
    SortedRun other = b.run;
    if (run.skip() == other.skip()) {
      long prefix = run.prefixes()[a.at];
      long otherPrefix = other.prefixes()[b.at];
      if (prefix != otherPrefix) {
        return Long.compare(prefix, otherPrefix);
      }
    }
    return arena.compareKeys(run.entries()[a.at], other.entries()[b.at], 0);
  }
}
