package io.firn.engine.internal.memtable;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;

/**
 * All keys in order, made when somebody asks for it: what has arrived since it was last asked for
 * becomes one more sorted run. Runs that are not much larger than what follows them are merged with
 * it, so that there are few and a key is moved seldom.
 *
 * <p>Whoever wants to read in order sorts, under this object's lock; the inserter never waits for
 * it.
 */
final class SortedRuns {

  private static final SortedRun[] NONE = {};

  /** A run this small is merged with whatever follows it. */
  private static final int SMALL = 1024;

  private final Arena arena;
  private final Arrivals arrivals;

  @GuardedBy("this")
  private SortedRun[] runs = NONE;

  @GuardedBy("this")
  private int sorted;

  SortedRuns(Arena arena, Arrivals arrivals) {
    this.arena = arena;
    this.arrivals = arrivals;
  }

  /** Runs that have all that had arrived when this was called; nobody changes the array. */
  synchronized SortedRun[] runs() {
    int count = arrivals.count();
    if (count > sorted) {
      int[] entries = new int[count - sorted];
      long[] prefixes = new long[count - sorted];
      arrivals.copy(sorted, count, entries, prefixes);
      SortedRun newest = KeySort.run(arena, entries, prefixes);
      int kept = runs.length;
      while (kept > 0 && runs[kept - 1].size() < Math.max(SMALL, 2 * newest.size())) {
        newest = SortedRun.merge(arena, runs[--kept], newest);
      }
      SortedRun[] more = Arrays.copyOf(runs, kept + 1);
      more[kept] = newest;
      runs = more;
      sorted = count;
    }
    return runs;
  }
}
