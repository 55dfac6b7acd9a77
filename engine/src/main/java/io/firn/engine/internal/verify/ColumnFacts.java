package io.firn.engine.internal.verify;

import io.firn.format.Column;
import io.firn.format.ColumnBatch;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** The true counts and extremes of a column, and whether a file's statistics agree with them. */
final class ColumnFacts {

  private final NestedField field;
  private final int ordinal;
  private final BoundOrder order;
  private long values;
  private long nulls;
  private @Nullable Object smallest;
  private @Nullable Object largest;

  private ColumnFacts(NestedField field, int ordinal) {
    this.field = field;
    this.ordinal = ordinal;
    this.order = new BoundOrder(field.type());
  }

  /** One for each column; null where the column is nested and has no statistics of its own. */
  static @Nullable ColumnFacts[] of(Schema schema) {
    @Nullable ColumnFacts[] facts = new ColumnFacts[schema.columns().size()];
    for (int i = 0; i < facts.length; i++) {
      NestedField field = schema.columns().get(i);
      facts[i] = field.type().isPrimitiveType() ? new ColumnFacts(field, i) : null;
    }
    return facts;
  }

  void add(ColumnBatch batch) {
    Column column = batch.column(ordinal);
    int rows = batch.rowCount();
    values += rows;
    for (int i = 0; i < rows; i++) {
      if (column.isNull(i)) {
        nulls++;
        continue;
      }
      Object value = column.value(i);
      if (value == null || BoundOrder.isNaN(value)) {
        continue;
      }
      if (smallest == null || order.compare(value, smallest) < 0) {
        smallest = value;
      }
      if (largest == null || order.compare(value, largest) > 0) {
        largest = value;
      }
    }
  }

  /** Compares once all rows of the file have been added. */
  void compareWith(DataFile entry, Findings findings) {
    count(entry, "values", entry.valueCounts(), values, findings);
    count(entry, "nulls", entry.nullValueCounts(), nulls, findings);
    Object lower = bound(entry.lowerBounds());
    if (lower != null && smallest != null && order.compare(smallest, lower) < 0) {
      findings.error(entry.location(), "holds a value below the lower bound of " + field.name());
    }
    Object upper = bound(entry.upperBounds());
    if (upper != null && largest != null && order.compare(largest, upper) > 0) {
      findings.error(entry.location(), "holds a value above the upper bound of " + field.name());
    }
  }

  private void count(
      DataFile entry,
      String what,
      @Nullable Map<Integer, Long> counts,
      long counted,
      Findings findings) {
    Long said = counts == null ? null : counts.get(field.fieldId());
    if (said != null && said != counted) {
      findings.error(
          entry.location(),
          "has " + counted + " " + what + " of " + field.name() + ", its entry says " + said);
    }
  }

  private @Nullable Object bound(@Nullable Map<Integer, ByteBuffer> bounds) {
    ByteBuffer bound = bounds == null ? null : bounds.get(field.fieldId());
    return bound == null ? null : order.decode(bound);
  }
}
