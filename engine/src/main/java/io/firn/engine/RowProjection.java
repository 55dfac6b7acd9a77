package io.firn.engine;

import io.firn.format.ColumnBatch;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Delivers rows of the columns read as records of the columns asked for; nested values lose the
 * fields not asked for.
 */
final class RowProjection {

  private final GenericRecord template;
  private final int[] sources;
  private final Type[] from;
  private final Type[] to;
  private final boolean[] pruned;

  RowProjection(Schema read, Schema output) {
    this.template = GenericRecord.create(output);
    List<NestedField> columns = output.columns();
    this.sources = new int[columns.size()];
    this.from = new Type[columns.size()];
    this.to = new Type[columns.size()];
    this.pruned = new boolean[columns.size()];
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

  /** One row of a batch as a record of its own. */
  Record record(ColumnBatch batch, int row) {
    GenericRecord record = template.copy();
    for (int i = 0; i < sources.length; i++) {
      Object value = batch.column(sources[i]).value(row);
      record.set(i, pruned[i] ? RowConversion.value(value, from[i], to[i]) : value);
    }
    return record;
  }
}
