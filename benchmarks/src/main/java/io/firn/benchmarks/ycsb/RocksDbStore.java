package io.firn.benchmarks.ycsb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * RocksDB, a row one value: its fields one after the other, each with its length before it. The log
 * is written and not fsynced for each write, as on the other side.
 */
final class RocksDbStore implements YcsbStore {

  static {
    RocksDB.loadLibrary();
  }

  private static final long CACHE_BYTES = 256L << 20;
  private static final long POLL_NANOS = 1_000_000;
  private static final int FILTER_BITS_PER_KEY = 10;

  private final LRUCache cache = new LRUCache(CACHE_BYTES);
  private final BloomFilter filter = new BloomFilter(FILTER_BITS_PER_KEY);
  private final Options options;
  private final RocksDB database;

  /**
   * @param directory where the database is made
   */
  RocksDbStore(Path directory) {
    this.options =
        new Options()
            .setCreateIfMissing(true)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
            .setMaxBackgroundJobs(2)
            .setTableFormatConfig(
                new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter));
    try {
      this.database = RocksDB.open(options, directory.toString());
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void insert(String key, Map<String, String> fields) {
    try {
      database.put(bytes(key), encode(fields));
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean update(String key, Map<String, String> fields) {
    Map<String, String> row = read(key);
    if (row == null) {
      return false;
    }
    row.putAll(fields);
    insert(key, row);
    return true;
  }

  @Override
  public @Nullable Map<String, String> read(String key) {
    try {
      byte[] value = database.get(bytes(key));
      return value == null ? null : decode(value);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public SortedMap<String, Map<String, String>> scan(String firstKey, int rows) {
    SortedMap<String, Map<String, String>> found = new TreeMap<>();
    try (RocksIterator iterator = database.newIterator()) {
      iterator.seek(bytes(firstKey));
      for (int i = 0; i < rows && iterator.isValid(); i++) {
        found.put(new String(iterator.key(), StandardCharsets.UTF_8), decode(iterator.value()));
        iterator.next();
      }
    }
    return found;
  }

  @Override
  public long countRows() {
    long rows = 0;
    try (RocksIterator iterator = database.newIterator()) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        rows++;
      }
    }
    return rows;
  }

  @Override
  public void settle() {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      database.flush(flush);
      while (isBusy()) {
        LockSupport.parkNanos(POLL_NANOS);
      }
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isBusy() throws RocksDBException {
    return database.getLongProperty("rocksdb.num-running-compactions") > 0
        || database.getLongProperty("rocksdb.compaction-pending") > 0;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] encode(Map<String, String> fields) {
    byte[][] values = new byte[CoreMix.FIELDS][];
    int length = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes(Objects.requireNonNull(fields.get("field" + i)));
      length += Integer.BYTES + values[i].length;
    }
    ByteBuffer row = ByteBuffer.allocate(length);
    for (byte[] value : values) {
      row.putInt(value.length).put(value);
    }
    return row.array();
  }

  private static Map<String, String> decode(byte[] row) {
    Map<String, String> fields = new HashMap<>();
    ByteBuffer rest = ByteBuffer.wrap(row);
    for (int i = 0; i < CoreMix.FIELDS; i++) {
      int length = rest.getInt();
      fields.put("field" + i, new String(row, rest.position(), length, StandardCharsets.UTF_8));
      rest.position(rest.position() + length);
    }
    return fields;
  }

  @Override
  public void close() {
    try (options;
        filter;
        cache) {
      database.close();
    }
  }
}
