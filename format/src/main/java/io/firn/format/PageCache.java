package io.firn.format;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of decoded pages over all files. The pages themselves hang in {@link Slots} of
 * their columns, where a hit is one array read; the cache decides which ones have to go.
 *
 * <p>Safe for use by several threads. Runs no thread of its own.
 */
final class PageCache {

  private static final int ENTRY_BYTES = 160;

  /** Every so many hits of a page the cache is told, so that it knows what is in use. */
  private static final int HITS_PER_TOUCH = 8;

  private final Cache<Entry, Entry> entries;

  PageCache(long maxBytes) {
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Entry key, Entry entry) -> entry.weight)
            .evictionListener(
                (@Nullable Entry key, @Nullable Entry entry, RemovalCause cause) -> {
                  if (entry != null) {
                    entry.vacate();
                  }
                })
            .executor(Runnable::run)
            .build();
  }

  long bytes() {
    entries.cleanUp();
    return entries.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }

  long pages() {
    return entries.estimatedSize();
  }

  /** The places for the decoded pages of one column. */
  final class Slots {
    private final AtomicReferenceArray<@Nullable Entry> slots;

    Slots(int count) {
      this.slots = new AtomicReferenceArray<>(count);
    }

    /** What is kept at a place, or null. */
    @Nullable Object find(int index) {
      Entry entry = slots.get(index);
      if (entry == null) {
        return null;
      }
      // The count is not exact when several threads hit at once, and need not be.
      if (++entry.hits % HITS_PER_TOUCH == 0) {
        var unused = entries.getIfPresent(entry);
      }
      return entry.content;
    }

    /** Keeps something at a place while there is room, unless something is there already. */
    void keep(int index, Object content, long bytes) {
      int weight = (int) Math.min(Integer.MAX_VALUE, bytes + ENTRY_BYTES);
      Entry entry = new Entry(slots, index, content, weight);
      // First the slot, then the cache: an eviction right away must find what it has to remove.
      if (slots.compareAndSet(index, null, entry)) {
        entries.put(entry, entry);
      }
    }

    /** Forgets everything kept here. */
    void clear() {
      for (int i = 0; i < slots.length(); i++) {
        Entry entry = slots.get(i);
        if (entry != null) {
          entry.vacate();
          entries.invalidate(entry);
        }
      }
    }

    long bytes() {
      return 8L * slots.length();
    }
  }

  Slots slots(int count) {
    return new Slots(count);
  }

  private static final class Entry {
    private final AtomicReferenceArray<@Nullable Entry> slots;
    private final int index;
    private final Object content;
    private final int weight;
    private int hits;

    Entry(AtomicReferenceArray<@Nullable Entry> slots, int index, Object content, int weight) {
      this.slots = slots;
      this.index = index;
      this.content = content;
      this.weight = weight;
    }

    void vacate() {
      slots.compareAndSet(index, this, null);
    }
  }
}
