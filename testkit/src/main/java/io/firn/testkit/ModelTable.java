package io.firn.testkit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: what a table must hold, at every sequence number it has ever had. Keeps all versions;
 * not safe for use by several threads at once.
 *
 * @param <K> keys
 * @param <R> rows
 */
public final class ModelTable<K, R> {

  private record Versioned<R>(long sequence, @Nullable R row) {}

  private final NavigableMap<K, List<Versioned<R>>> history;
  private final Comparator<? super K> order;
  private long sequence;

  /** An empty table at sequence number 0. */
  public ModelTable(Comparator<? super K> order) {
    this.order = order;
    this.history = new TreeMap<>(order);
  }

  /** The highest sequence number written. */
  public long sequence() {
    return sequence;
  }

  /** The row of a key from this sequence number on. Sequence numbers never go down. */
  public void put(long at, K key, R row) {
    write(at, key, row);
  }

  /** No row of a key from this sequence number on. */
  public void delete(long at, K key) {
    write(at, key, null);
  }

  private void write(long at, K key, @Nullable R row) {
    if (at < sequence) {
      throw new IllegalArgumentException("Sequence number " + at + " after " + sequence);
    }
    sequence = at;
    history.computeIfAbsent(key, absent -> new ArrayList<>()).add(new Versioned<>(at, row));
  }

  /** The newest row of a key. */
  public @Nullable R get(K key) {
    return get(key, sequence);
  }

  /** The row of a key as of a sequence number. */
  public @Nullable R get(K key, long at) {
    List<Versioned<R>> versions = history.get(key);
    return versions == null ? null : newest(versions, at);
  }

  /** The newest state. */
  public NavigableMap<K, R> state() {
    return stateAt(sequence);
  }

  /** The state as of a sequence number. */
  public NavigableMap<K, R> stateAt(long at) {
    NavigableMap<K, R> state = new TreeMap<>(order);
    history.forEach(
        (key, versions) -> {
          R row = newest(versions, at);
          if (row != null) {
            state.put(key, row);
          }
        });
    return state;
  }

  /** Forgets everything after a sequence number: what a crash was allowed to lose. */
  public void truncate(long after) {
    history.values().forEach(versions -> versions.removeIf(version -> version.sequence > after));
    history.values().removeIf(List::isEmpty);
    sequence = Math.min(sequence, after);
  }

  private static <R> @Nullable R newest(List<Versioned<R>> versions, long at) {
    for (int i = versions.size() - 1; i >= 0; i--) {
      if (versions.get(i).sequence <= at) {
        return versions.get(i).row;
      }
    }
    return null;
  }
}
