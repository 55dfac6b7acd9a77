package io.firn.format;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a file that are kept one by one: of more rows than fit into memory, those that are looked
 * up again and again lie scattered, and a stretch kept for one of them would be mostly others. Safe
 * for use by several threads.
 */
final class SingleRows {

  /** So often, that a row looked up a few times is known from one looked up once. */
  private static final int HITS_PER_TOUCH = 4;

  private final RowCodec codec;
  private final PageCache cache;
  private final int rowsPerStretch;
  private final int owner;

  /** The places of a stretch's rows, made when the first of them is kept. */
  private final AtomicReferenceArray<PageCache.@Nullable Slots> stretches;

  SingleRows(RowCodec codec, PageCache cache, int stretches, int rowsPerStretch) {
    this.codec = codec;
    this.cache = cache;
    this.rowsPerStretch = rowsPerStretch;
    this.owner = cache.newOwner();
    this.stretches = new AtomicReferenceArray<>(stretches);
  }

  /** A row, or null if it is not kept. */
  @Nullable Record find(int stretch, int row) {
    PageCache.Slots slots = stretches.get(stretch);
    Object kept = slots == null ? null : slots.find(row);
    return kept == null ? null : codec.decode((byte[]) kept);
  }

  /** Whether a row was wanted lately, and not only now: a reason to expect it again. */
  boolean wantedLately(int stretch, int row) {
    return cache.wantedLately(owner, stretch, row);
  }

  /**
   * Keeps a row.
   *
   * @param encoded the row, as the codec encodes it
   */
  void keep(int stretch, int row, byte[] encoded) {
    PageCache.Slots slots = stretches.get(stretch);
    if (slots == null) {
      PageCache.Slots created = cache.slots(rowsPerStretch, HITS_PER_TOUCH);
      slots = stretches.compareAndExchange(stretch, null, created);
      slots = slots == null ? created : slots;
    }
    slots.keep(row, encoded, encoded.length + 16L);
  }

  /** Forgets the rows of a stretch. */
  void clear(int stretch) {
    PageCache.Slots slots = stretches.getAndSet(stretch, null);
    if (slots != null) {
      slots.clear();
    }
  }

  /** Forgets all rows. */
  void clear() {
    for (int i = 0; i < stretches.length(); i++) {
      clear(i);
    }
  }

  long bytes() {
    long bytes = 4L * stretches.length();
    for (int i = 0; i < stretches.length(); i++) {
      PageCache.Slots slots = stretches.get(i);
      bytes += slots == null ? 0 : slots.bytes();
    }
    return bytes;
  }
}
