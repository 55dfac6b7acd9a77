package io.firn.benchmarks.jmh;

import io.firn.format.ByteBuilder;
import io.firn.format.ColumnBatch;
import io.firn.format.RowCodec;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.data.Record;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Encoding and decoding of reference rows, a row an operation. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RowCodecBenchmark {

  private static final int ROWS = 1024;

  private final RowCodec codec = BenchmarkRows.TABLE.rows();
  private final ByteBuilder target = new ByteBuilder();
  private final Record[] rows = BenchmarkRows.records(ROWS);
  private final byte[][] encoded = new byte[ROWS][];
  private final ColumnBatch batch = ColumnBatch.of(BenchmarkRows.TABLE.schema());
  private int next;

  /** Encodes the rows, and proves that they come back. */
  @Setup
  public void prepare() {
    for (int i = 0; i < ROWS; i++) {
      encoded[i] = codec.encode(rows[i]);
      if (!codec.decode(encoded[i]).equals(rows[i])) {
        throw new AssertionError("A row does not come back");
      }
    }
  }

  /** A row into a buffer, as of a write. */
  @Benchmark
  public int encode() {
    target.clear();
    codec.encode(rows[next++ & ROWS - 1], target);
    return target.length();
  }

  /** A row out of the memtable, as of a lookup. */
  @Benchmark
  public Record decode() {
    return codec.decode(encoded[next++ & ROWS - 1]);
  }

  /** Rows into columns, as of a flush. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public int decodeToColumns() {
    batch.clear();
    codec.append(encoded, 0, ROWS, batch);
    return batch.rowCount();
  }
}
