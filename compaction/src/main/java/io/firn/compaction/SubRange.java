package io.firn.compaction;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys from one to another, the latter excluded; either end may be open. Immutable and
 * serialisable; the arrays handed in and out must not be changed.
 */
public final class SubRange implements Serializable {

  private static final long serialVersionUID = 1L;

  private final byte @Nullable [] from;
  private final byte @Nullable [] to;

  private SubRange(byte @Nullable [] from, byte @Nullable [] to) {
    this.from = from;
    this.to = to;
  }

  static SubRange between(byte @Nullable [] from, byte @Nullable [] to) {
    return new SubRange(from, to);
  }

  /** The first key; null to begin with the smallest. */
  public byte @Nullable [] from() {
    return from;
  }

  /** The key after the last; null to end with the largest. */
  public byte @Nullable [] to() {
    return to;
  }

  /** True if a key of the range may lie in both. */
  boolean overlaps(KeyRange range) {
    return !range.isEmpty()
        && (from == null || Arrays.compareUnsigned(range.last(), from) >= 0)
        && (to == null || Arrays.compareUnsigned(range.first(), to) < 0);
  }
}
