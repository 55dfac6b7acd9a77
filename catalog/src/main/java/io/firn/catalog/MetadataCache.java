package io.firn.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * What one operation has read of files that never change: manifest lists, manifests and deletion
 * vectors, which the snapshots of a table share. An operation that looks at many snapshots reads
 * each of them once. What is found here was read, and compared with its checksum, since the cache
 * was made; so an operation that proves something about the files makes one of its own.
 *
 * <p>Memory is bounded. What has no room is read again. Safe for use by many threads.
 */
public final class MetadataCache {

  private static final long BYTES_MAX = 64L << 20;

  /** Estimates of what an entry takes in memory, and of one value of a column's statistics. */
  private static final long ENTRY_BYTES = 600;

  private static final long STATISTIC_BYTES = 80;

  /** Reads what is not in the cache. */
  interface Reading<T> {
    T read() throws IOException;
  }

  /** Two lists with one path but different checksums are different files. */
  private record ListKey(String path, @Nullable Integer checksum) {}

  /** A manifest, and what its entries inherit from the list that names it. */
  private record ManifestKey(
      String path,
      long length,
      long sequenceNumber,
      @Nullable Long snapshotId,
      @Nullable Long firstRowId,
      @Nullable Integer checksum) {}

  /** A deletion vector, and what its entry says that it is. */
  private record VectorKey(
      String path,
      @Nullable Long offset,
      @Nullable Long length,
      long fileLength,
      long positions,
      @Nullable String dataFile) {}

  /** What is kept, each kind of file with its own share of the memory. */
  private record Kept(
      Cache<ListKey, List<ManifestFile>> lists,
      Cache<ManifestKey, List<? extends ContentFile<?>>> manifests,
      Cache<VectorKey, DeletionVector> vectors) {

    static Kept nothingYet() {
      return new Kept(
          cache(BYTES_MAX / 8, (key, list) -> weight(list.size() * ENTRY_BYTES)),
          cache(BYTES_MAX / 4 * 3, (key, entries) -> weight(bytes(entries))),
          cache(BYTES_MAX / 8, (key, vector) -> weight(100L + vector.serializedBytes())));
    }
  }

  private final @Nullable Kept kept;

  private MetadataCache(@Nullable Kept kept) {
    this.kept = kept;
  }

  /** For one operation that looks at many snapshots. */
  public static MetadataCache ofOneOperation() {
    return new MetadataCache(Kept.nothingYet());
  }

  /** Keeps nothing, for one who looks at each file once. */
  static MetadataCache none() {
    return new MetadataCache(null);
  }

  private static <K, V> Cache<K, V> cache(long bytesMax, Weigher<K, V> weigher) {
    return Caffeine.newBuilder()
        .maximumWeight(bytesMax)
        .weigher(weigher)
        .executor(Runnable::run)
        .build();
  }

  private static int weight(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }

  private static long bytes(List<? extends ContentFile<?>> entries) {
    long bytes = ENTRY_BYTES;
    for (ContentFile<?> entry : entries) {
      long statistics =
          size(entry.columnSizes())
              + size(entry.valueCounts())
              + size(entry.nullValueCounts())
              + size(entry.nanValueCounts())
              + size(entry.lowerBounds())
              + size(entry.upperBounds());
      bytes += ENTRY_BYTES + STATISTIC_BYTES * statistics;
    }
    return bytes;
  }

  private static long size(@Nullable Map<?, ?> statistics) {
    return statistics == null ? 0 : statistics.size();
  }

  List<ManifestFile> list(
      Snapshot snapshot, @Nullable Integer checksum, Reading<List<ManifestFile>> reading)
      throws IOException {
    return kept == null
        ? reading.read()
        : get(kept.lists(), new ListKey(snapshot.manifestListLocation(), checksum), reading);
  }

  List<? extends ContentFile<?>> entries(
      ManifestFile manifest,
      @Nullable Integer checksum,
      Reading<List<? extends ContentFile<?>>> reading)
      throws IOException {
    return kept == null ? reading.read() : get(kept.manifests(), key(manifest, checksum), reading);
  }

  /** The entries of a manifest, null if they are not in the cache. */
  @Nullable List<? extends ContentFile<?>> entriesIfPresent(
      ManifestFile manifest, @Nullable Integer checksum) {
    return kept == null ? null : kept.manifests().getIfPresent(key(manifest, checksum));
  }

  private static ManifestKey key(ManifestFile manifest, @Nullable Integer checksum) {
    return new ManifestKey(
        manifest.path(),
        manifest.length(),
        manifest.sequenceNumber(),
        manifest.snapshotId(),
        manifest.firstRowId(),
        checksum);
  }

  DeletionVector vector(DeleteFile file, Reading<DeletionVector> reading) throws IOException {
    if (kept == null) {
      return reading.read();
    }
    VectorKey key =
        new VectorKey(
            file.location(),
            file.contentOffset(),
            file.contentSizeInBytes(),
            file.fileSizeInBytes(),
            file.recordCount(),
            file.referencedDataFile());
    return get(kept.vectors(), key, reading);
  }

  /** Two threads may read the same file at once; neither waits for the other. */
  private static <K, V> V get(Cache<K, V> cache, K key, Reading<V> reading) throws IOException {
    V known = cache.getIfPresent(key);
    if (known == null) {
      known = reading.read();
      cache.put(key, known);
    }
    return known;
  }
}
