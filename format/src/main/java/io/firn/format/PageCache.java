package io.firn.format;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of decoded pages over all files. The pages themselves hang in {@link Slots} of
 * their columns, where a hit is one array read; the cache decides which ones have to go.
 *
 * <p>Safe for use by several threads. Runs no thread of its own.
 */
final class PageCache implements AutoCloseable {

  private static final int ENTRY_BYTES = 160;

  /** What a scan decodes is kept if it takes up no more than this part of the room. */
  private static final int SCAN_PART = 8;

  /** Of so many bytes of room one is a row, for how many wanted ones are remembered. */
  private static final int BYTES_PER_WANTED = 512;

  private static final int WANTED_MAX = 1 << 24;

  /** Every so many hits of a page the cache is told, so that it knows what is in use. */
  private static final int HITS_PER_TOUCH = 64;

  private final long maxBytes;
  private final AtomicInteger owners = new AtomicInteger();

  private final @Nullable RowSpill spill;
  private final Cache<Entry, Entry> entries;

  /** What was wanted lately, each at a place of its hash. Not exact, and need not be. */
  private final int[] wanted;

  /**
   * @param spill where rows go that there is no room for, if anywhere; closed with this object
   */
  PageCache(long maxBytes, @Nullable RowSpill spill) {
    this.maxBytes = maxBytes;
    this.spill = spill;
    // Only rows that come from a spill are asked about.
    long rows = spill == null ? 0 : Math.min(WANTED_MAX, maxBytes / BYTES_PER_WANTED);
    this.wanted = new int[(int) Long.highestOneBit(rows | 1)];
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Entry key, Entry entry) -> entry.weight)
            .evictionListener(
                (@Nullable Entry key, @Nullable Entry entry, RemovalCause cause) -> {
                  if (entry != null) {
                    entry.slots.evict(entry);
                  }
                })
            .executor(Runnable::run)
            .build();
  }

  /** Where rows go that there is no room for, if anywhere. */
  @Nullable RowSpill spill() {
    return spill;
  }

  /**
   * Whether so many rows can all be kept without driving out much else.
   *
   * @param rowBytes what one takes, or -1 if they differ
   */
  boolean isWorthKeeping(int rowBytes, long rows) {
    return rowBytes >= 0 && rows <= maxBytes / SCAN_PART / Math.max(1, rowBytes);
  }

  /** A number for somebody who keeps something here. */
  int newOwner() {
    return owners.incrementAndGet();
  }

  /**
   * Whether something was wanted lately: while about as many other things were wanted as there is
   * room for. What was not is remembered from now on.
   */
  boolean wantedLately(int owner, int stretch, int index) {
    int hash = hash(hash(owner, stretch), index);
    int at = hash >>> 7 & (wanted.length - 1);
    boolean lately = wanted[at] == hash;
    wanted[at] = hash;
    return lately;
  }

  /** Of somebody's number and of a place that is his. */
  static int hash(int owner, int index) {
    return (owner * 0x9E3779B1 + index) * 0x85EBCA6B;
  }

  long bytes() {
    entries.cleanUp();
    return entries.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }

  long spilledBytes() {
    return spill == null ? 0 : spill.bytes();
  }

  long pages() {
    return entries.estimatedSize();
  }

  /**
   * The places for the decoded pages of one column. A hit reads one array and counts in another,
   * both dense, before it gets to the page itself: it waits for memory once.
   */
  final class Slots {
    private final AtomicReferenceArray<@Nullable Object> contents;
    private final AtomicReferenceArray<@Nullable Entry> kept;
    private final int[] hits;
    private final int hitsPerTouch;
    private final Evictions evictions;
    private final int number = newOwner();

    Slots(int count, int hitsPerTouch, Evictions evictions) {
      this.hitsPerTouch = hitsPerTouch;
      this.evictions = evictions;
      this.contents = new AtomicReferenceArray<>(count);
      this.kept = new AtomicReferenceArray<>(count);
      this.hits = new int[count];
    }

    /** What is kept at a place, or null. */
    @Nullable Object find(int index) {
      Object content = contents.get(index);
      // The count is not exact when several threads hit at once, and need not be.
      if (content != null && (++hits[index] & (hitsPerTouch - 1)) == 0) {
        touch(kept.get(index));
      }
      return content;
    }

    private void touch(@Nullable Entry entry) {
      if (entry != null) {
        var unused = entries.getIfPresent(entry);
      }
    }

    /** Keeps something at a place while there is room, unless something is there already. */
    void keep(int index, Object content, long bytes) {
      int weight = (int) Math.min(Integer.MAX_VALUE, bytes + ENTRY_BYTES);
      Entry entry = new Entry(this, index, content, weight);
      // First the slot, then the cache: an eviction right away must find what it has to remove.
      if (contents.compareAndSet(index, null, content)) {
        kept.set(index, entry);
        entries.put(entry, entry);
      }
    }

    private void evict(Entry entry) {
      if (vacate(entry)) {
        evictions.evicted(entry.index, entry.content);
      }
    }

    private boolean vacate(Entry entry) {
      boolean vacated = contents.compareAndSet(entry.index, entry.content, null);
      if (vacated) {
        kept.compareAndSet(entry.index, entry, null);
      }
      return vacated;
    }

    /** Forgets everything kept here. */
    void clear() {
      for (int i = 0; i < kept.length(); i++) {
        Entry entry = kept.get(i);
        if (entry != null) {
          var unused = vacate(entry);
          entries.invalidate(entry);
        }
      }
    }

    long bytes() {
      return 12L * kept.length();
    }
  }

  /** Learns what there was no more room for. Called under locks of the cache. */
  interface Evictions {
    void evicted(int index, Object content);
  }

  /** Ends the spill; what is in memory stays with those who have it. */
  @Override
  public void close() {
    if (spill != null) {
      spill.close();
    }
  }

  Slots slots(int count) {
    return slots(count, HITS_PER_TOUCH);
  }

  Slots slots(int count, Evictions evictions) {
    return new Slots(count, HITS_PER_TOUCH, evictions);
  }

  /**
   * @param hitsPerTouch every so many hits the cache is told; a power of two
   */
  Slots slots(int count, int hitsPerTouch) {
    return new Slots(count, hitsPerTouch, (index, content) -> {});
  }

  /**
   * What the cache counts; its identity is its key. Its hash is that of its place, by which the
   * cache remembers how often something evicted was wanted.
   */
  private static final class Entry {
    private final Slots slots;
    private final int index;
    private final Object content;
    private final int weight;

    Entry(Slots slots, int index, Object content, int weight) {
      this.slots = slots;
      this.index = index;
      this.content = content;
      this.weight = weight;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return PageCache.hash(slots.number, index);
    }
  }
}
