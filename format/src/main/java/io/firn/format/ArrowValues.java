package io.firn.format;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Sets nested Iceberg values into Arrow vectors, one after the other. */
final class ArrowValues {

  private ArrowValues() {}

  /**
   * Fills a vector with selected values.
   *
   * @param from the type of the values
   * @param to the type of the vector, which may lack fields
   */
  static void fill(
      ObjectColumn column, int[] selection, int count, FieldVector vector, Type from, Type to) {
    vector.reset();
    vector.allocateNew();
    for (int i = 0; i < count; i++) {
      set(vector, i, column.value(selection[i]), from, to);
    }
    vector.setValueCount(count);
  }

  private static void set(
      FieldVector vector, int index, @Nullable Object value, Type from, Type to) {
    if (value == null) {
      if (!(vector instanceof NullVector)) {
        setNull(vector, index);
      }
      return;
    }
    switch (to.typeId()) {
      case STRUCT -> {
        StructVector struct = (StructVector) vector;
        struct.setIndexDefined(index);
        StructLike row = (StructLike) value;
        List<NestedField> wanted = to.asStructType().fields();
        List<NestedField> present = from.asStructType().fields();
        for (int i = 0; i < wanted.size(); i++) {
          int source = positionOf(present, wanted.get(i).fieldId());
          set(
              (FieldVector) struct.getChildByOrdinal(i),
              index,
              row.get(source, Object.class),
              present.get(source).type(),
              wanted.get(i).type());
        }
      }
      case LIST -> {
        ListVector list = (ListVector) vector;
        List<?> elements = (List<?>) value;
        int at = list.startNewValue(index);
        for (Object element : elements) {
          set(
              list.getDataVector(),
              at++,
              element,
              from.asListType().elementType(),
              to.asListType().elementType());
        }
        list.endValue(index, elements.size());
        list.getDataVector().setValueCount(at);
      }
      case MAP -> {
        ListVector map = (ListVector) vector;
        StructVector entries = (StructVector) map.getDataVector();
        Map<?, ?> values = (Map<?, ?>) value;
        int at = map.startNewValue(index);
        for (Map.Entry<?, ?> entry : values.entrySet()) {
          entries.setIndexDefined(at);
          set(
              (FieldVector) entries.getChildByOrdinal(0),
              at,
              entry.getKey(),
              from.asMapType().keyType(),
              to.asMapType().keyType());
          set(
              (FieldVector) entries.getChildByOrdinal(1),
              at,
              entry.getValue(),
              from.asMapType().valueType(),
              to.asMapType().valueType());
          at++;
        }
        map.endValue(index, values.size());
        entries.setValueCount(at);
      }
      default -> setScalar(vector, index, value, to);
    }
  }

  private static int positionOf(List<NestedField> fields, int fieldId) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).fieldId() == fieldId) {
        return i;
      }
    }
    throw new IllegalArgumentException("The values have no field " + fieldId);
  }

  private static void setNull(FieldVector vector, int index) {
    while (index >= vector.getValueCapacity()) {
      vector.reAlloc();
    }
    vector.setNull(index);
  }

  private static void setScalar(FieldVector vector, int index, Object value, Type type) {
    Column one = Column.of(NestedField.optional(1, "value", type));
    one.appendValue(value);
    if (vector instanceof BitVector bits) {
      bits.setSafe(index, ((BooleanColumn) one).values()[0] ? 1 : 0);
    } else if (vector instanceof IntVector ints) {
      ints.setSafe(index, ((IntColumn) one).values()[0]);
    } else if (vector instanceof DateDayVector days) {
      days.setSafe(index, ((IntColumn) one).values()[0]);
    } else if (vector instanceof BigIntVector longs) {
      longs.setSafe(index, ((LongColumn) one).values()[0]);
    } else if (vector instanceof TimeMicroVector micros) {
      micros.setSafe(index, ((LongColumn) one).values()[0]);
    } else if (vector instanceof TimeStampVector stamps) {
      stamps.setSafe(index, ((LongColumn) one).values()[0]);
    } else if (vector instanceof Float4Vector floats) {
      floats.setSafe(index, ((FloatColumn) one).values()[0]);
    } else if (vector instanceof Float8Vector doubles) {
      doubles.setSafe(index, ((DoubleColumn) one).values()[0]);
    } else if (vector instanceof DecimalVector decimals) {
      decimals.setSafe(index, (BigDecimal) value);
    } else if (vector instanceof VarCharVector strings) {
      strings.setSafe(index, ((BytesColumn) one).data(), 0, ((BytesColumn) one).length(0));
    } else if (vector instanceof VarBinaryVector binaries) {
      binaries.setSafe(index, ((BytesColumn) one).data(), 0, ((BytesColumn) one).length(0));
    } else if (vector instanceof FixedSizeBinaryVector fixed) {
      byte[] exact = new byte[((BytesColumn) one).length(0)];
      System.arraycopy(((BytesColumn) one).data(), 0, exact, 0, exact.length);
      fixed.setSafe(index, exact);
    } else {
      throw new IllegalStateException("No way from " + type + " to " + vector.getField());
    }
  }
}
