package io.firn.benchmarks.reference;

import java.nio.file.Path;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB through JNI: LZ4, ZSTD on the last level, bloom filters of 10 bits a key, a block cache
 * of 256 MiB, memtables of 64 MiB, everything else as it comes. Every write is logged.
 */
final class RocksStore implements Store<ReferenceRow> {

  static {
    RocksDB.loadLibrary();
  }

  static final long BLOCK_CACHE_BYTES = 256L << 20;
  static final long MEMTABLE_BYTES = 64L << 20;

  /** RocksDB's default. */
  static final int BACKGROUND_JOBS = 2;

  /** What RocksDB does behind the scenes; all are 0 when it has nothing left to do. */
  private static final List<String> BACKGROUND_WORK =
      List.of(
          "rocksdb.mem-table-flush-pending",
          "rocksdb.num-running-flushes",
          "rocksdb.compaction-pending",
          "rocksdb.num-running-compactions");

  private final Cache cache = new LRUCache(BLOCK_CACHE_BYTES);
  private final BloomFilter filter = new BloomFilter(10);
  private final Options options = new Options();
  private final WriteOptions write = new WriteOptions();
  private final WriteBatch batch = new WriteBatch();
  private final int batchRows;
  private final RocksDB db;
  private final byte[] key = new byte[Long.BYTES];

  /**
   * @param batchRows how many writes are acknowledged together
   * @param sync whether the log is fsynced before they are
   */
  RocksStore(Path directory, int batchRows, Sync sync) {
    this.batchRows = batchRows;
    write.setSync(sync == Sync.FSYNC);
    options
        .setCreateIfMissing(true)
        .setWriteBufferSize(MEMTABLE_BYTES)
        .setMaxBackgroundJobs(BACKGROUND_JOBS)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
        .setTableFormatConfig(
            new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter));
    try {
      this.db = RocksDB.open(options, directory.toString());
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether an acknowledged write survives a power cut. */
  enum Sync {
    FSYNC,
    NO_FSYNC
  }

  @Override
  public void put(ReferenceRow row) {
    RowBytes.putKey(row.k(), key);
    byte[] value = RowBytes.encode(row);
    try {
      if (batchRows == 1) {
        db.put(write, key, value);
      } else {
        batch.put(key, value);
        writeFullBatch();
      }
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void delete(long deleted) {
    RowBytes.putKey(deleted, key);
    try {
      if (batchRows == 1) {
        db.delete(write, key);
      } else {
        batch.delete(key);
        writeFullBatch();
      }
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  private void writeFullBatch() throws RocksDBException {
    if (batch.count() >= batchRows) {
      writeBatch();
    }
  }

  private void writeBatch() throws RocksDBException {
    if (batch.count() > 0) {
      db.write(write, batch);
      batch.clear();
    }
  }

  @Override
  public void acknowledge() {
    try {
      writeBatch();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void settle() {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      writeBatch();
      db.flush(flush);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
    Waiting.until(
        "RocksDB has no flush or compaction due",
        () -> BACKGROUND_WORK.stream().allMatch(property -> number(property) == 0));
  }

  @Override
  public void compact() {
    try (CompactRangeOptions compact =
        new CompactRangeOptions()
            .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)) {
      db.compactRange(null, null, null, compact);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public StoreReader<ReferenceRow> reader() {
    return new RocksReader(db);
  }

  @Override
  public long liveBytes() {
    return number("rocksdb.live-sst-files-size");
  }

  private long number(String property) {
    try {
      return db.getLongProperty(property);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    db.close();
    batch.close();
    write.close();
    options.close();
    filter.close();
    cache.close();
  }
}
