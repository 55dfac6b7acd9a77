package io.firn.format;

import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Encodes values in Parquet's PLAIN encoding, for pages that are made in memory. */
final class PlainBytes {

  private PlainBytes() {}

  /** Encodes {@code count} values of a column of the physical type's own kind. */
  static byte[] encode(PrimitiveType type, Column values, int from, int count) {
    ByteBuilder target = new ByteBuilder();
    if (values instanceof BooleanColumn booleans) {
      int start = target.extendZeroed((count + 7) >>> 3);
      byte[] bits = target.array();
      for (int i = 0; i < count; i++) {
        if (booleans.get(from + i)) {
          bits[start + (i >>> 3)] |= (byte) (1 << (i & 7));
        }
      }
    } else if (values instanceof IntColumn ints) {
      for (int i = from; i < from + count; i++) {
        target.putIntLittle(ints.get(i));
      }
    } else if (values instanceof LongColumn longs) {
      for (int i = from; i < from + count; i++) {
        target.putLongLittle(longs.get(i));
      }
    } else if (values instanceof FloatColumn floats) {
      for (int i = from; i < from + count; i++) {
        target.putIntLittle(Float.floatToRawIntBits(floats.get(i)));
      }
    } else if (values instanceof DoubleColumn doubles) {
      for (int i = from; i < from + count; i++) {
        target.putLongLittle(Double.doubleToRawLongBits(doubles.get(i)));
      }
    } else {
      BytesColumn bytes = (BytesColumn) values;
      boolean lengths = type.getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
      for (int i = from; i < from + count; i++) {
        if (lengths) {
          target.putIntLittle(bytes.length(i));
        }
        target.put(bytes.data(), bytes.offset(i), bytes.length(i));
      }
    }
    return target.toByteArray();
  }
}
