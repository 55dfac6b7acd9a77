package io.firn.benchmarks.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** Reads of RocksDB; every row is decoded into an object. */
final class RocksReader implements StoreReader<ReferenceRow> {

  private final RocksDB db;
  private final byte[] key = new byte[Long.BYTES];
  private final byte[] value = new byte[256];

  RocksReader(RocksDB db) {
    this.db = db;
  }

  @Override
  public @Nullable ReferenceRow get(long wanted) {
    RowBytes.putKey(wanted, key);
    try {
      int length = db.get(key, value);
      return length == RocksDB.NOT_FOUND ? null : RowBytes.decode(wanted, value);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public ReferenceRow values(ReferenceRow row) {
    return row;
  }

  @Override
  public double d1(ReferenceRow row) {
    return row.d1();
  }

  @Override
  public List<ReferenceRow> range(long from, long to) {
    List<ReferenceRow> rows = new ArrayList<>();
    byte[] end = new byte[Long.BYTES];
    RowBytes.putKey(from, key);
    RowBytes.putKey(to, end);
    try (Slice upper = new Slice(end);
        ReadOptions options = new ReadOptions().setIterateUpperBound(upper);
        RocksIterator rowsFrom = db.newIterator(options)) {
      for (rowsFrom.seek(key); rowsFrom.isValid(); rowsFrom.next()) {
        rows.add(decode(rowsFrom));
      }
      rowsFrom.status();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }

  @Override
  public ColumnSum sumD1() {
    ColumnSum sum = new ColumnSum();
    forEachEntry(
        all -> {
          all.value(value);
          sum.add(RowBytes.d1(value));
        });
    return sum;
  }

  @Override
  public void forEach(Consumer<? super ReferenceRow> consumer) {
    forEachEntry(all -> consumer.accept(decode(all)));
  }

  /** Reads every column of every row as a row of Iceberg's, and adds up {@code d1}. */
  ColumnSum allColumnsAsRecords() {
    GenericRecord template = GenericRecord.create(ReferenceSchema.SCHEMA);
    ColumnSum sum = new ColumnSum();
    forEachEntry(
        all -> {
          all.key(key);
          all.value(value);
          Record record = RowBytes.record(RowBytes.key(key), value, template);
          sum.add((double) record.get(3));
        });
    return sum;
  }

  private void forEachEntry(Consumer<RocksIterator> consumer) {
    try (ReadOptions options = scanning();
        RocksIterator all = db.newIterator(options)) {
      for (all.seekToFirst(); all.isValid(); all.next()) {
        consumer.accept(all);
      }
      all.status();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  private ReferenceRow decode(RocksIterator at) {
    at.key(key);
    at.value(value);
    return RowBytes.decode(RowBytes.key(key), value);
  }

  /** As RocksDB's documentation advises for long scans. */
  private static ReadOptions scanning() {
    return new ReadOptions().setReadaheadSize(2L << 20).setFillCache(false);
  }

  @Override
  public void close() {}
}
