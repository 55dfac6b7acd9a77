package io.firn.benchmarks.reference;

import io.firn.benchmarks.suite.FirnSettings;
import io.firn.engine.CompactionKind;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import io.firn.engine.WriteBatch;
import io.firn.engine.WriteOptions;
import io.firn.engine.WriteToken;
import java.nio.file.Path;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** Firn with the memtables and the cache that RocksDB gets, and else its default options. */
final class FirnStore implements Store<Record> {

  private final FirnTable table;
  private final WriteOptions write;
  private final int batchRows;
  private final WriteBatch batch;
  private final ReferenceSchema.RowView view = new ReferenceSchema.RowView();
  private @Nullable WriteToken last;

  /**
   * @param durability what an acknowledged write survives
   * @param batchRows how many writes are acknowledged together
   */
  FirnStore(Path directory, Durability durability, int batchRows) {
    this(directory, FirnSettings.over(asRocksStore()).build(), durability, batchRows);
  }

  private static FirnOptions.Builder asRocksStore() {
    return FirnOptions.builder()
        .set(OptionKey.COMPACTION_WORKERS, RocksStore.BACKGROUND_JOBS)
        .set(OptionKey.MEMTABLE_BYTES_MAX, RocksStore.MEMTABLE_BYTES)
        .set(OptionKey.PAGE_CACHE_BYTES_MAX, RocksStore.BLOCK_CACHE_BYTES);
  }

  FirnStore(Path directory, FirnOptions options, Durability durability, int batchRows) {
    this.table =
        FirnTable.builder()
            .path(directory.toString())
            .schema(ReferenceSchema.SCHEMA)
            .key("k")
            .options(options)
            .open();
    this.write = WriteOptions.of(durability);
    this.batchRows = batchRows;
    this.batch = table.newBatch();
  }

  @Override
  public void put(ReferenceRow row) {
    if (batchRows == 1) {
      last = table.put(view.of(row), write);
    } else {
      batch.put(view.of(row));
      writeFullBatch();
    }
  }

  @Override
  public void delete(long key) {
    batch.delete(key);
    writeFullBatch();
  }

  private void writeFullBatch() {
    if (batch.size() >= batchRows) {
      writeBatch();
    }
  }

  private void writeBatch() {
    if (!batch.isEmpty()) {
      last = table.write(batch, write);
      batch.clear();
    }
  }

  @Override
  public void acknowledge() {
    writeBatch();
    if (last != null) {
      last.awaitDurable();
    }
  }

  @Override
  public void settle() {
    writeBatch();
    table.flush();
    Waiting.until(
        "no compaction of " + table.location() + " is due",
        () -> table.planCompaction(CompactionKind.DUE).stream().noneMatch(job -> job.score() >= 1));
  }

  @Override
  public void compact() {
    table.compact(CompactionKind.FULL);
  }

  @Override
  public FirnReader reader() {
    return new FirnReader(table);
  }

  @Override
  public long liveBytes() {
    return table.stats().liveBytes();
  }

  /** The number of data files. */
  int liveFiles() {
    return table.stats().liveFiles();
  }

  @Override
  public void close() {
    table.close();
  }
}
