package io.firn.format;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.firn.error.ClosedException;
import io.firn.storage.Storage;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Opens data files, and keeps open those used lately, with their indexes and decoded pages, within
 * the bounds of {@link CacheOptions}. A file that is pinned by a {@link DataFileReader} or a {@link
 * RowScan} stays open whatever is evicted or forgotten, also after it has been deleted or this
 * object closed; memory beyond the bounds is then what is pinned.
 *
 * <p>Safe for use by any number of threads; has no thread of its own. {@link #close()} closes all
 * files that nobody has pinned; the others close when the last pin goes.
 */
public final class DataFileReaders implements AutoCloseable {

  private final Storage storage;
  private final PageCache pages;
  private final PageCodec codecs = new PageCodec();
  private final ReadMetrics metrics = new ReadMetrics();
  private final Cache<Key, OpenFile> files;
  private volatile boolean closed;

  /** Files are opened for a key: the same file read with another key type is opened again. */
  private record Key(String path, Types.StructType keyType) {
    /** Of the path, which is hardly ever the same for two types, and keeps its hash. */
    @Override
    public int hashCode() {
      return path.hashCode();
    }
  }

  /** Readers that keep nothing outside memory. */
  public DataFileReaders(Storage storage, CacheOptions options) {
    this(storage, options, null);
  }

  /**
   * @param spill takes the rows that the page cache has no room for; closed with this object
   */
  public DataFileReaders(Storage storage, CacheOptions options, @Nullable RowSpill spill) {
    this.storage = storage;
    this.pages = new PageCache(options.pageBytes(), spill);
    // A file weighs its index, and at least so much that not more than the wished number stay.
    long least = options.indexBytes() / Math.max(1, options.openFiles());
    this.files =
        Caffeine.newBuilder()
            .maximumWeight(options.openFiles() == 0 ? 0 : options.indexBytes())
            .weigher(
                (Key key, OpenFile file) ->
                    (int) Math.min(Integer.MAX_VALUE, Math.max(least, file.bytes())))
            .removalListener(
                (@Nullable Key key, @Nullable OpenFile file, RemovalCause cause) -> {
                  if (file != null) {
                    file.release();
                  }
                })
            .executor(Runnable::run)
            .build();
  }

  /**
   * Opens a file and pins it until the reader is closed.
   *
   * @param length the length of the file in bytes
   * @param schema the table, of which the key is used; projections may be of other schemas of the
   *     same table
   * @throws io.firn.error.CorruptionException if the file has another length, is no Parquet file or
   *     its index or footer is damaged
   * @throws io.firn.error.StorageException if the file cannot be opened
   * @throws io.firn.error.UnsupportedFeatureException if the file is encrypted or has columns that
   *     cannot be read
   */
  public DataFileReader open(String path, long length, TableSchema schema) {
    Key key = new Key(path, schema.keys().keyType());
    while (true) {
      if (closed) {
        throw new ClosedException("the readers of data files have been closed");
      }
      AtomicReference<@Nullable OpenFile> opened = new AtomicReference<>();
      OpenFile file =
          files.get(
              key,
              missing -> {
                OpenFile fresh =
                    OpenFile.open(storage, path, length, schema.keys(), pages, codecs, metrics);
                // Held for the caller at once: the cache may have no room for it.
                fresh.retain();
                opened.set(fresh);
                return fresh;
              });
      // An eviction between the two steps closes the file; then it is opened again.
      if (opened.get() != null || file.retain()) {
        if (closed) {
          files.invalidate(key);
        }
        return new PinnedReader(file);
      }
    }
  }

  /** Drops what is kept of a file that has been deleted or soon will be. */
  public void forget(String path) {
    List<Key> keys =
        files.asMap().keySet().stream().filter(key -> key.path().equals(path)).toList();
    files.invalidateAll(keys);
  }

  /** What has been done so far and what is kept now. */
  public ReadCounters counters() {
    return new ReadCounters(
        metrics.filesOpened.sum(),
        metrics.reads.sum(),
        metrics.bytesRead.sum(),
        metrics.pagesDecoded.sum(),
        metrics.dictionariesDecoded.sum(),
        pages.bytes(),
        pages.pages(),
        pages.spilledBytes());
  }

  /** Closes the files nobody has pinned and refuses to open more. Closing again does nothing. */
  @Override
  public void close() {
    closed = true;
    files.invalidateAll();
    files.cleanUp();
    codecs.close();
    pages.close();
  }
}
