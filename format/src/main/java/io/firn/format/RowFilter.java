package io.firn.format;

import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;

/** An Iceberg expression over rows, evaluated on whole batches or on single rows. */
public final class RowFilter {

  private RowFilter() {}

  public static RowFilter of(Schema schema, Expression expression) {
    throw new UnsupportedOperationException("of");
  }

  /** Writes the indexes of the matching rows, ascending, and returns how many they are. */
  public int select(ColumnBatch batch, int[] selection) {
    throw new UnsupportedOperationException("select");
  }

  /** Keeps those of the first {@code count} selected rows that match; returns how many they are. */
  public int retain(ColumnBatch batch, int[] selection, int count) {
    throw new UnsupportedOperationException("retain");
  }

  public boolean test(StructLike row) {
    throw new UnsupportedOperationException("test");
  }
}
