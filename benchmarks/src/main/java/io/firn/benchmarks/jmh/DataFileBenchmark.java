package io.firn.benchmarks.jmh;

import io.firn.format.CacheOptions;
import io.firn.format.ColumnBatch;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.DataFileWriter;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import io.firn.format.TableSchema;
import io.firn.format.WriterOptions;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.Schema;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Pages encoded and decoded, a row an operation: a file of the key and one value column is written
 * from columns in memory, and the value column is read with nothing cached.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets a benchmark up before it runs it.
public class DataFileBenchmark {

  /** How the file is laid out. */
  public enum Layout {
    /** As a flush writes it. */
    LOOKUPS,
    /** As a compaction writes it. */
    SCANS;

    private WriterOptions options() {
      return this == LOOKUPS ? WriterOptions.forLookups() : WriterOptions.forScans();
    }
  }

  private static final int ROWS = 1 << 17;

  @Param Layout layout = Layout.LOOKUPS;

  /** A long, a double, a boolean, a string of 16, a string of 256 values, all of the row. */
  @Param({"l", "d1", "b", "s1", "s2", "*"})
  String column = "l";

  private final Storage storage = new LocalStorage();
  private final Scratch scratch = Scratch.create();
  private TableSchema table;
  private ColumnBatch rows;
  private Projection projection;
  private DataFileReaders readers;
  private DataFileReader reader;

  /** Writes the file that is read, and proves that it has the rows. */
  @Setup
  public void prepare() throws IOException {
    boolean all = column.equals("*");
    table = all ? BenchmarkRows.TABLE : BenchmarkRows.keyAnd(column);
    rows = BenchmarkRows.batch(table, ROWS);
    projection =
        all
            ? Projection.all(table)
            : Projection.of(table, new Schema(table.schema().findField(column)));
    readers = new DataFileReaders(storage, CacheOptions.defaults().withPageBytes(0));
    String path = scratch.path("read.parquet");
    reader = readers.open(path, writeFile(path).lengthBytes(), table);
    if (decode() != ROWS) {
      throw new AssertionError("Rows are missing");
    }
    if (!reader.read(ROWS - 1, Projection.all(table)).equals(rows.record(ROWS - 1))) {
      throw new AssertionError("A row does not come back");
    }
  }

  private WrittenFile writeFile(String path) throws IOException {
    try (DataFileWriter writer = DataFileWriter.create(storage, path, table, layout.options())) {
      writer.write(rows);
      return writer.finish();
    }
  }

  /** Encodes all rows into a file. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long encode() throws IOException {
    String path = scratch.path("written.parquet");
    WrittenFile written = writeFile(path);
    storage.delete(path);
    return written.lengthBytes();
  }

  /** Decodes all pages of the value column. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long decode() {
    long count = 0;
    try (RowScan scan = reader.scan(projection, 0, ROWS, null)) {
      while (scan.next()) {
        count += scan.batch().rowCount();
      }
    }
    return count;
  }

  /** Deletes the files. */
  @TearDown
  public void clear() throws IOException {
    reader.close();
    readers.close();
    scratch.close();
  }
}
