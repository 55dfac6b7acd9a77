package io.firn.testkit;

import io.firn.storage.Storage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts calls and bytes, by operation and path, for tests that state how much I/O something may
 * cost. Only calls that succeeded count. Safe for use by many threads.
 */
public final class CountingStorage extends InterceptedStorage {

  private record Place(StorageOperation operation, String path) {}

  private static final class Sums {
    final LongAdder calls = new LongAdder();
    final LongAdder bytes = new LongAdder();
  }

  private final ConcurrentMap<Place, Sums> counted = new ConcurrentHashMap<>();

  /** Counts what happens on {@code below}. */
  public CountingStorage(Storage below) {
    super(below);
  }

  @Override
  void after(StorageOperation operation, String path, long bytes) {
    Sums sums = counted.computeIfAbsent(new Place(operation, path), place -> new Sums());
    sums.calls.increment();
    sums.bytes.add(bytes);
  }

  /** How often an operation was called. */
  public long calls(StorageOperation operation) {
    return calls(operation, PathPattern.any());
  }

  /** How often an operation was called on paths of a pattern. */
  public long calls(StorageOperation operation, PathPattern paths) {
    return counted.entrySet().stream()
        .filter(entry -> matches(entry.getKey(), operation, paths))
        .mapToLong(entry -> entry.getValue().calls.sum())
        .sum();
  }

  /** How many bytes were read or written. */
  public long bytes(StorageOperation operation) {
    return bytes(operation, PathPattern.any());
  }

  /** How many bytes were read from, or written to, paths of a pattern. */
  public long bytes(StorageOperation operation, PathPattern paths) {
    return counted.entrySet().stream()
        .filter(entry -> matches(entry.getKey(), operation, paths))
        .mapToLong(entry -> entry.getValue().bytes.sum())
        .sum();
  }

  /** Forgets everything counted so far. */
  public void reset() {
    counted.clear();
  }

  private static boolean matches(Place place, StorageOperation operation, PathPattern paths) {
    return place.operation == operation && paths.matches(place.path);
  }
}
