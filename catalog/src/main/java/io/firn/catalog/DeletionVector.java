package io.firn.catalog;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.firn.error.InvalidArgumentException;
import io.firn.format.RowMask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * The positions of a data file's rows that are deleted: an immutable compressed bitmap. Safe for
 * use by any number of threads.
 */
public final class DeletionVector implements RowMask {

  /** No row deleted. */
  public static final DeletionVector EMPTY = new DeletionVector(new RoaringBitmap[0]);

  /** Positions up to 2^42: more rows than any file has, and few enough bitmaps to allocate. */
  private static final int HIGH_MAX = 1023;

  /** A file of more rows than this, or a vector that claims so, is not worth a plain bitmap. */
  private static final long PLAIN_BITS_MAX = 1L << 27;

  /** One bitmap per 2^32 positions; the last one is never empty. */
  private final RoaringBitmap[] bitmaps;

  private final long cardinality;

  /** See {@link #words()}: the same whoever makes it. */
  private volatile long @Nullable [] words;

  private DeletionVector(RoaringBitmap[] bitmaps) {
    int used = bitmaps.length;
    while (used > 0 && bitmaps[used - 1].isEmpty()) {
      used--;
    }
    this.bitmaps = used == bitmaps.length ? bitmaps : Arrays.copyOf(bitmaps, used);
    long count = 0;
    for (RoaringBitmap bitmap : this.bitmaps) {
      count += bitmap.getLongCardinality();
    }
    this.cardinality = count;
  }

  /** The deletion vector of these positions, in any order; repetitions count once. */
  public static DeletionVector of(long... positions) {
    Builder builder = builder();
    for (long position : positions) {
      builder.add(position);
    }
    return builder.build();
  }

  /** Collects positions in any order. Not safe for use by several threads at once. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public boolean contains(long position) {
    int high = (int) (position >>> 32);
    return high < bitmaps.length && bitmaps[high].contains((int) position);
  }

  /** How many rows are deleted. */
  public long cardinality() {
    return cardinality;
  }

  /** True if no row is deleted. */
  public boolean isEmpty() {
    return cardinality == 0;
  }

  /** True if a row with {@code from <= position < to} is deleted. */
  public boolean intersects(long from, long to) {
    long next = nextDeleted(from);
    return next >= 0 && next < to;
  }

  /** The first deleted position at or after {@code from}, or -1. */
  public long nextDeleted(long from) {
    for (int high = (int) (from >>> 32); high < bitmaps.length; high++) {
      int low = high == (int) (from >>> 32) ? (int) from : 0;
      long next = bitmaps[high].nextValue(low);
      if (next >= 0) {
        return ((long) high << 32) | (next & 0xFFFFFFFFL);
      }
    }
    return -1;
  }

  /** Keeps a plain bitmap once it has been called: one bit a row. */
  @Override
  public int selectLive(long from, int count, int[] target) {
    if (bitmaps.length > 0 && end() > PLAIN_BITS_MAX) {
      return selectLiveOfMany(from, count, target);
    }
    long[] words = words();
    int live = 0;
    int row = 0;
    while (row < count) {
      long position = from + row;
      int word = (int) Math.min(Integer.MAX_VALUE, position >>> 6);
      int bit = (int) position & 63;
      int end = Math.min(count, row + 64 - bit);
      long deleted = word < words.length ? words[word] >>> bit : 0;
      if (deleted == 0) {
        while (row < end) {
          target[live++] = row++;
        }
      } else {
        // Without a branch for each row: which ones are deleted cannot be foretold.
        for (; row < end; row++, deleted >>>= 1) {
          target[live] = row;
          live += (int) (~deleted & 1);
        }
      }
    }
    return live;
  }

  private int selectLiveOfMany(long from, int count, int[] target) {
    int live = 0;
    for (int row = 0; row < count; row++) {
      target[live] = row;
      live += contains(from + row) ? 0 : 1;
    }
    return live;
  }

  /** One bit for each position up to the last deleted one; made when first needed. */
  private long[] words() {
    long[] known = words;
    if (known == null) {
      long[] fresh = new long[(int) ((end() + 63) >>> 6)];
      forEach(position -> fresh[(int) (position >>> 6)] |= 1L << position);
      words = fresh;
      known = fresh;
    }
    return known;
  }

  /** The position after the last deleted one. */
  private long end() {
    int last = bitmaps.length - 1;
    return last < 0 ? 0 : ((long) last << 32) + (bitmaps[last].last() & 0xFFFFFFFFL) + 1;
  }

  /** The positions deleted here or there. */
  public DeletionVector union(DeletionVector other) {
    if (other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    RoaringBitmap[] result = new RoaringBitmap[Math.max(bitmaps.length, other.bitmaps.length)];
    for (int i = 0; i < result.length; i++) {
      if (i >= bitmaps.length) {
        result[i] = other.bitmaps[i];
      } else if (i >= other.bitmaps.length) {
        result[i] = bitmaps[i];
      } else {
        result[i] = RoaringBitmap.or(bitmaps[i], other.bitmaps[i]);
      }
    }
    return new DeletionVector(result);
  }

  /** The positions deleted here but not there. */
  public DeletionVector minus(DeletionVector other) {
    if (isEmpty() || other.isEmpty()) {
      return this;
    }
    RoaringBitmap[] result = bitmaps.clone();
    for (int i = 0; i < Math.min(bitmaps.length, other.bitmaps.length); i++) {
      result[i] = RoaringBitmap.andNot(bitmaps[i], other.bitmaps[i]);
    }
    return new DeletionVector(result);
  }

  /** Calls {@code sink} with every deleted position, ascending. */
  public void forEach(LongConsumer sink) {
    for (int high = 0; high < bitmaps.length; high++) {
      long base = (long) high << 32;
      bitmaps[high].forEach(
          (int low) -> {
            sink.accept(base | (low & 0xFFFFFFFFL));
          });
    }
  }

  /** The deleted positions, ascending; for small vectors and tests. */
  public long[] toArray() {
    long[] positions = new long[Math.toIntExact(cardinality)];
    int[] next = {0};
    forEach(position -> positions[next[0]++] = position);
    return positions;
  }

  /** The size of {@link #writeTo}. */
  int serializedBytes() {
    long size = Long.BYTES;
    for (RoaringBitmap bitmap : bitmaps) {
      size += Integer.BYTES + bitmap.serializedSizeInBytes();
    }
    return Math.toIntExact(size);
  }

  /** Writes the portable 64-bit Roaring format into a little-endian buffer. */
  void writeTo(ByteBuffer target) {
    target.putLong(bitmaps.length);
    for (int high = 0; high < bitmaps.length; high++) {
      target.putInt(high);
      bitmaps[high].serialize(target);
    }
  }

  /**
   * Reads the portable 64-bit Roaring format from a little-endian buffer.
   *
   * @throws IOException if it is not that format
   */
  static DeletionVector readFrom(ByteBuffer source) throws IOException {
    long count = source.getLong();
    if (count < 0 || count > source.remaining()) {
      throw new IOException("a deletion vector of " + count + " bitmaps");
    }
    Builder builder = builder();
    int previous = -1;
    for (long i = 0; i < count; i++) {
      int high = source.getInt();
      if (high <= previous || high > HIGH_MAX) {
        throw new IOException("bitmap " + high + " after bitmap " + previous);
      }
      RoaringBitmap bitmap = builder.bitmap((long) high << 32);
      bitmap.deserialize(source);
      source.position(source.position() + bitmap.serializedSizeInBytes());
      previous = high;
    }
    return builder.buildFromOwnBitmaps();
  }

  /** The size in memory, roughly. */
  public long bytes() {
    long bytes = 0;
    for (RoaringBitmap bitmap : bitmaps) {
      bytes += bitmap.getLongSizeInBytes();
    }
    long[] known = words;
    return bytes + (known == null ? 0 : 8L * known.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DeletionVector that && Arrays.equals(bitmaps, that.bitmaps);
  }

  /** Of the positions alone: equal bitmaps kept in different ways hash differently. */
  @Override
  public int hashCode() {
    return 31 * Long.hashCode(cardinality) + Long.hashCode(end());
  }

  @Override
  public String toString() {
    return cardinality + " deleted";
  }

  /** Collects positions for a {@link DeletionVector}. */
  public static final class Builder {
    private RoaringBitmap[] bitmaps = {};

    private Builder() {}

    /** Adds a position; again does nothing. */
    @CanIgnoreReturnValue
    public Builder add(long position) {
      bitmap(position).add((int) position);
      return this;
    }

    /** Adds all positions of a vector. */
    @CanIgnoreReturnValue
    public Builder addAll(DeletionVector positions) {
      for (int high = 0; high < positions.bitmaps.length; high++) {
        bitmap((long) high << 32).or(positions.bitmaps[high]);
      }
      return this;
    }

    /** The positions so far; the builder may go on afterwards. */
    public DeletionVector build() {
      RoaringBitmap[] copy = new RoaringBitmap[bitmaps.length];
      for (int i = 0; i < copy.length; i++) {
        copy[i] = bitmaps[i].clone();
        copy[i].runOptimize();
      }
      return copy.length == 0 ? EMPTY : new DeletionVector(copy);
    }

    /** Ends the builder without copying. */
    private DeletionVector buildFromOwnBitmaps() {
      return bitmaps.length == 0 ? EMPTY : new DeletionVector(bitmaps);
    }

    private RoaringBitmap bitmap(long position) {
      if (position < 0 || position >>> 32 > HIGH_MAX) {
        throw new InvalidArgumentException("Not a row position: " + position);
      }
      int high = (int) (position >>> 32);
      if (high >= bitmaps.length) {
        int from = bitmaps.length;
        bitmaps = Arrays.copyOf(bitmaps, high + 1);
        for (int i = from; i <= high; i++) {
          bitmaps[i] = new RoaringBitmap();
        }
      }
      return bitmaps[high];
    }
  }
}
