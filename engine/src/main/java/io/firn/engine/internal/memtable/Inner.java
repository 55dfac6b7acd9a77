package io.firn.engine.internal.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Children and the entries that separate them: child {@code i + 1} begins at separator {@code i}.
 * The separators never change. A child that splits makes its parent be replaced by a copy; the
 * replacement is published in the grandparent's slot with release.
 */
final class Inner extends Node {

  static final int CHILDREN_MAX = 64;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Node[].class);

  private final long[] prefixes;
  private final int[] separators;
  private final Node[] children;
  private final @Nullable LeafSlots leaves;

  private Inner(
      int low,
      int high,
      int skip,
      long[] prefixes,
      int[] separators,
      Node[] children,
      @Nullable LeafSlots leaves) {
    super(low, high, skip);
    this.prefixes = prefixes;
    this.separators = separators;
    this.children = children;
    this.leaves = leaves;
  }

  /** A root above the two parts of a split one. */
  static Inner root(Arena arena, Node left, int separator, Node right) {
    return new Inner(
        0,
        0,
        0,
        new long[] {arena.prefix(separator, 0)},
        new int[] {separator},
        new Node[] {left, right},
        left instanceof Leaf one && right instanceof Leaf other ? LeafSlots.of(one, other) : null);
  }

  /** The inserter's view of the children, if they are leaves. */
  @Nullable LeafSlots leaves() {
    return leaves;
  }

  /** The number of the child that holds (key, sequence). */
  int childFor(Arena arena, byte[] array, int offset, int length, long sequence) {
    long prefix = Arena.prefix(array, offset, length, skip);
    int from = lowerBound(prefixes, prefix);
    int to = prefixes.length;
    if (from == to || prefixes[from] != prefix) {
      return from;
    }
    while (from < to) {
      int middle = (from + to) >>> 1;
      boolean before = prefixes[middle] != prefix;
      if (!before) {
        int byKey = arena.compareKey(array, offset, length, separators[middle], skip);
        before = byKey < 0 || (byKey == 0 && sequence > arena.sequence(separators[middle]));
      }
      if (before) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  /**
   * The first of some ascending numbers, one at least, that is not below another. Which half to go
   * on in cannot be foretold, so it is computed instead of branched on.
   */
  private static int lowerBound(long[] numbers, long number) {
    int from = 0;
    int count = numbers.length;
    while (count > 1) {
      int half = count >>> 1;
      from += half & below(numbers[from + half - 1], number);
      count -= half;
    }
    return from - below(numbers[from], number);
  }

  /** -1 if {@code a} is below {@code b}, else 0. */
  private static int below(long a, long b) {
    return (int) (((a & ~b) | (~(a ^ b) & (a - b))) >> 63);
  }

  /** The number of the child that holds what stands directly before an entry. */
  int childBefore(Arena arena, int entry) {
    int at =
        childFor(
            arena,
            arena.chunk(entry),
            arena.keyOffset(entry),
            arena.keyLength(entry),
            arena.sequence(entry));
    return at > 0 && separators[at - 1] == entry ? at - 1 : at;
  }

  Node child(int i) {
    return (Node) SLOT.getAcquire(children, i);
  }

  Node lastChild() {
    return child(children.length - 1);
  }

  /** Publishes the replacement of a child that keeps its bounds. */
  void replace(int i, Node child) {
    SLOT.setRelease(children, i, child);
  }

  boolean isFull() {
    return children.length == CHILDREN_MAX;
  }

  /** A copy of this node in which child {@code i} has become two. */
  Inner withSplit(Arena arena, int i, Node left, int separator, Node right) {
    int count = separators.length;
    long[] morePrefixes = Arrays.copyOf(prefixes, count + 1);
    int[] moreSeparators = Arrays.copyOf(separators, count + 1);
    Node[] moreChildren = Arrays.copyOf(children, count + 2);
    System.arraycopy(prefixes, i, morePrefixes, i + 1, count - i);
    System.arraycopy(separators, i, moreSeparators, i + 1, count - i);
    System.arraycopy(children, i + 1, moreChildren, i + 2, count - i);
    morePrefixes[i] = arena.prefix(separator, skip);
    moreSeparators[i] = separator;
    moreChildren[i] = left;
    moreChildren[i + 1] = right;
    LeafSlots moreLeaves =
        leaves != null && left instanceof Leaf one && right instanceof Leaf other
            ? leaves.withSplit(i, one, other)
            : null;
    return new Inner(low, high, skip, morePrefixes, moreSeparators, moreChildren, moreLeaves);
  }

  int middleSeparator() {
    return separators[separators.length / 2];
  }

  /** The children before the middle separator. */
  Inner leftHalf(Arena arena) {
    int middle = separators.length / 2;
    return part(arena, low, separators[middle], 0, middle);
  }

  /** The children after the middle separator. */
  Inner rightHalf(Arena arena) {
    int middle = separators.length / 2;
    return part(arena, separators[middle], high, middle + 1, separators.length);
  }

  private Inner part(Arena arena, int partLow, int partHigh, int from, int to) {
    int partSkip = skip(arena, partLow, partHigh, skip);
    long[] partPrefixes = Arrays.copyOfRange(prefixes, from, to);
    if (partSkip != skip) {
      for (int i = from; i < to; i++) {
        partPrefixes[i - from] = arena.prefix(separators[i], partSkip);
      }
    }
    return new Inner(
        partLow,
        partHigh,
        partSkip,
        partPrefixes,
        Arrays.copyOfRange(separators, from, to),
        Arrays.copyOfRange(children, from, to + 1),
        leaves == null ? null : leaves.part(from, to + 1));
  }
}
