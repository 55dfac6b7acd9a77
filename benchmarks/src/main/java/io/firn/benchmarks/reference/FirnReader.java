package io.firn.benchmarks.reference;

import io.firn.engine.FirnTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/** Reads of Firn: rows as Iceberg records, columns as Arrow batches. */
public final class FirnReader implements StoreReader<Record> {

  private final FirnTable table;

  public FirnReader(FirnTable table) {
    this.table = table;
  }

  @Override
  public @Nullable Record get(long key) {
    return table.get(key).orElse(null);
  }

  @Override
  public ReferenceRow values(Record row) {
    return ReferenceSchema.row(row);
  }

  @Override
  public double d1(Record row) {
    return (double) row.get(3);
  }

  @Override
  public List<Record> range(long from, long to) {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = table.scan().from(from).to(to).records()) {
      records.forEach(rows::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  @Override
  public ColumnSum sumD1() {
    return sumD1("d1");
  }

  /** Reads every column of every row as Arrow batches, and adds up {@code d1}. */
  ColumnSum allColumnsAsArrow() {
    return sumD1(
        ReferenceSchema.SCHEMA.columns().stream()
            .map(column -> column.name())
            .toArray(String[]::new));
  }

  private ColumnSum sumD1(String... columns) {
    ColumnSum sum = new ColumnSum();
    try (BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = table.scan().select(columns).arrow(allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      Float8Vector d1 = (Float8Vector) root.getVector("d1");
      while (reader.loadNextBatch()) {
        sum.add(root.getRowCount(), sum(d1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sum;
  }

  /** Of values none of which is null, read where they lie instead of through checked calls. */
  private static double sum(Float8Vector vector) {
    if (vector.getNullCount() > 0) {
      throw new IllegalStateException(vector.getName() + " has nulls");
    }
    int rows = vector.getValueCount();
    DoubleBuffer values =
        vector
            .getDataBuffer()
            .nioBuffer(0, rows * Double.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asDoubleBuffer();
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += values.get(i);
    }
    return sum;
  }

  @Override
  public void forEach(Consumer<? super Record> consumer) {
    try (CloseableIterable<Record> records = table.scan().unordered().records()) {
      records.forEach(consumer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {}
}
