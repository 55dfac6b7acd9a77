package io.firn.engine;

import io.firn.format.ColumnBatch;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Delivers rows of the columns read as records of the columns asked for; nested values lose the
 * fields not asked for. Used by one thread.
 */
final class RowProjection {

  private final GenericRecord template;
  private final int[] sources;
  private final Type[] from;
  private final Type[] to;
  private final boolean[] pruned;
  private final @Nullable Object[][] prepared;

  RowProjection(Schema read, Schema output) {
    this.template = GenericRecord.create(output);
    List<NestedField> columns = output.columns();
    this.sources = new int[columns.size()];
    this.from = new Type[columns.size()];
    this.to = new Type[columns.size()];
    this.pruned = new boolean[columns.size()];
    this.prepared = new @Nullable Object[columns.size()][STRETCH];
    for (int i = 0; i < sources.length; i++) {
      NestedField wanted = columns.get(i);
      for (int j = 0; j < read.columns().size(); j++) {
        if (read.columns().get(j).fieldId() == wanted.fieldId()) {
          sources[i] = j;
        }
      }
      from[i] = read.columns().get(sources[i]).type();
      to[i] = wanted.type();
      pruned[i] = !from[i].equals(to[i]);
    }
  }

  /** How many rows are prepared at a time. */
  static final int STRETCH = 64;

  /**
   * Prepares rows of a batch, a column at a time: the values of a column are made in one go, which
   * a processor does faster than a row's, each by other code.
   *
   * @param rows where they are, the next {@code count} from {@code from} on, at most {@link
   *     #STRETCH}
   */
  void prepare(ColumnBatch batch, int[] rows, int from, int count) {
    for (int i = 0; i < sources.length; i++) {
      @Nullable Object[] column = prepared[i];
      batch.column(sources[i]).generics(rows, from, count, column);
      if (pruned[i]) {
        for (int row = 0; row < count; row++) {
          column[row] = RowConversion.value(column[row], this.from[i], to[i]);
        }
      }
    }
  }

  /** A row that has been prepared, as a record of its own. */
  Record record(int row) {
    GenericRecord record = template.copy();
    for (int i = 0; i < prepared.length; i++) {
      record.set(i, prepared[i][row]);
    }
    return record;
  }
}
