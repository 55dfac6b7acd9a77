package io.firn.benchmarks.jmh;

import io.firn.benchmarks.reference.ReferenceSchema;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import java.io.IOException;
import org.apache.iceberg.data.Record;

/**
 * A table of flushed sorted runs that all overlap, every row in exactly one of them. Nothing
 * compacts it by itself.
 *
 * @param rows the rows by key
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
record TableOfRuns(Scratch scratch, FirnTable table, Record[] rows) implements AutoCloseable {

  static TableOfRuns create(int rows, int runs) {
    Scratch scratch = Scratch.create();
    FirnOptions options =
        FirnOptions.builder()
            .durability(Durability.NONE)
            .set(OptionKey.COMPACTION_WORKERS, 0)
            .set(OptionKey.MEMTABLE_BYTES_MAX, 1L << 30)
            .set(OptionKey.FLUSH_INTERVAL_MILLIS, 86_400_000)
            .set(OptionKey.SORTED_RUNS_STOP, 10_000)
            .set(OptionKey.SORTED_RUNS_SLOWDOWN, 9_999)
            .build();
    FirnTable table =
        FirnTable.builder()
            .path(scratch.path("table"))
            .schema(ReferenceSchema.SCHEMA)
            .key("k")
            .options(options)
            .create();
    Record[] records = BenchmarkRows.records(rows);
    int[] order = BenchmarkRows.shuffled(rows, 4);
    for (int run = 0; run < runs; run++) {
      for (int i = run; i < rows; i += runs) {
        table.put(records[order[i]]);
      }
      table.flush();
    }
    if (table.stats().liveFiles() != runs || table.stats().liveRows() != rows) {
      throw new AssertionError("Not " + runs + " runs of " + rows + " rows: " + table.stats());
    }
    return new TableOfRuns(scratch, table, records);
  }

  @Override
  public void close() throws IOException {
    table.close();
    scratch.close();
  }
}
