package io.firn.format;

import java.util.List;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Turns batches of columns into Arrow batches. Flat columns are copied as whole arrays; nested ones
 * value by value.
 *
 * <p>Not safe for use by several threads at once: it keeps arrays to gather selected rows in.
 */
public final class ArrowBatches {

  private final int[] sources;
  private final Type[] from;
  private final Type[] to;
  private final ArrowGather gather = new ArrowGather();

  private ArrowBatches(int[] sources, Type[] from, Type[] to) {
    this.sources = sources;
    this.from = from;
    this.to = to;
  }

  /**
   * The Arrow schema of an Iceberg schema. Every field has its Iceberg field id in its metadata.
   */
  public static org.apache.arrow.vector.types.pojo.Schema schema(Schema schema) {
    return ArrowSchemas.of(schema);
  }

  /**
   * @param batch the schema of the batches to come
   * @param output the columns to deliver, found by field id; nested ones may lack fields
   */
  public static ArrowBatches of(Schema batch, Schema output) {
    List<NestedField> columns = output.columns();
    int[] sources = new int[columns.size()];
    Type[] from = new Type[columns.size()];
    Type[] to = new Type[columns.size()];
    for (int i = 0; i < sources.length; i++) {
      NestedField wanted = columns.get(i);
      sources[i] = -1;
      for (int j = 0; j < batch.columns().size(); j++) {
        if (batch.columns().get(j).fieldId() == wanted.fieldId()) {
          sources[i] = j;
        }
      }
      if (sources[i] < 0) {
        throw new IllegalArgumentException("The batches have no column " + wanted.name());
      }
      from[i] = batch.columns().get(sources[i]).type();
      to[i] = wanted.type();
    }
    return new ArrowBatches(sources, from, to);
  }

  /**
   * Fills a root of the output's schema with selected rows of a batch.
   *
   * @param selection the rows' indexes; the first {@code count} entries count
   */
  public void fill(ColumnBatch batch, int[] selection, int count, VectorSchemaRoot root) {
    for (int i = 0; i < sources.length; i++) {
      FieldVector vector = root.getVector(i);
      Column column = batch.column(sources[i]);
      if (column instanceof ObjectColumn objects) {
        ArrowValues.fill(objects, selection, count, vector, from[i], to[i]);
      } else {
        fillFlat(column, selection, count, vector, from[i]);
      }
    }
    root.setRowCount(count);
  }

  private void fillFlat(Column column, int[] selection, int count, FieldVector vector, Type type) {
    if (vector instanceof BitVector bits) {
      gather.booleans((BooleanColumn) column, selection, count, bits);
    } else if (vector instanceof DecimalVector decimals) {
      gather.decimals(column, selection, count, decimals);
    } else if (column instanceof BytesColumn bytes
        && vector instanceof BaseVariableWidthVector variable) {
      gather.variable(bytes, selection, count, variable);
    } else if (column instanceof BytesColumn bytes
        && vector instanceof BaseFixedWidthVector fixed) {
      gather.fixedBytes(bytes, selection, count, fixed);
    } else if (vector instanceof BaseFixedWidthVector fixed) {
      gather.numbers(column, selection, count, fixed);
    } else {
      throw new IllegalStateException("No way from " + type + " to " + vector.getField());
    }
  }
}
