package io.firn.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.schema.PrimitiveType;

/**
 * Decodes Parquet's PLAIN encoding in bulk, appending to a column of the physical type's own kind:
 * BINARY, FIXED_LEN_BYTE_ARRAY and INT96 to a {@link BytesColumn}. Throws {@link
 * MalformedPageException} if the bytes end early.
 */
final class PlainDecoder {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private PlainDecoder() {}

  /** Appends {@code count} values from {@code bytes[from, to)}, after the first {@code skip}. */
  static void decode(
      PrimitiveType type, byte[] bytes, int from, int to, Column target, int skip, int count) {
    switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> booleans(bytes, from, to, (BooleanColumn) target, skip, count);
      case INT32 -> {
        require(4L * (skip + count), from, to);
        int start = target.size();
        int[] values = ((IntColumn) target).extend(count);
        little(bytes, from + 4 * skip).asIntBuffer().get(values, start, count);
      }
      case INT64 -> {
        require(8L * (skip + count), from, to);
        int start = target.size();
        long[] values = ((LongColumn) target).extend(count);
        little(bytes, from + 8 * skip).asLongBuffer().get(values, start, count);
      }
      case FLOAT -> {
        require(4L * (skip + count), from, to);
        int start = target.size();
        float[] values = ((FloatColumn) target).extend(count);
        little(bytes, from + 4 * skip).asFloatBuffer().get(values, start, count);
      }
      case DOUBLE -> {
        require(8L * (skip + count), from, to);
        int start = target.size();
        double[] values = ((DoubleColumn) target).extend(count);
        little(bytes, from + 8 * skip).asDoubleBuffer().get(values, start, count);
      }
      case INT96 -> fixed(bytes, from, to, 12, (BytesColumn) target, skip, count);
      case FIXED_LEN_BYTE_ARRAY ->
          fixed(bytes, from, to, type.getTypeLength(), (BytesColumn) target, skip, count);
      case BINARY -> binaries(bytes, from, to, (BytesColumn) target, skip, count);
    }
  }

  private static void booleans(
      byte[] bytes, int from, int to, BooleanColumn target, int skip, int count) {
    require((skip + count + 7L) >>> 3, from, to);
    int start = target.size();
    boolean[] values = target.extend(count);
    for (int i = 0; i < count; i++) {
      int bit = skip + i;
      values[start + i] = (bytes[from + (bit >>> 3)] >>> (bit & 7) & 1) != 0;
    }
  }

  private static void fixed(
      byte[] bytes, int from, int to, int width, BytesColumn target, int skip, int count) {
    require((long) width * (skip + count), from, to);
    int start = target.size();
    int at = target.dataLength();
    target.extend(count, width * count);
    System.arraycopy(bytes, from + width * skip, target.data(), at, width * count);
    int[] offsets = target.offsets();
    for (int i = 1; i <= count; i++) {
      offsets[start + i] = at + i * width;
    }
  }

  private static void binaries(
      byte[] bytes, int from, int to, BytesColumn target, int skip, int count) {
    int first = skipBinaries(bytes, from, to, skip);
    int position = skipBinaries(bytes, first, to, count);
    int start = target.size();
    int at = target.dataLength();
    target.extend(count, position - first - 4 * count);
    byte[] data = target.data();
    int[] offsets = target.offsets();
    int source = first;
    for (int i = 1; i <= count; i++) {
      int length = (int) INT.get(bytes, source);
      ByteBuilder.copy(bytes, source + 4, data, at, length);
      source += 4 + length;
      at += length;
      offsets[start + i] = at;
    }
  }

  /** Where so many values end. One four byte length stands before each of them, nothing else. */
  private static int skipBinaries(byte[] bytes, int from, int to, int count) {
    int position = from;
    for (int i = 0; i < count; i++) {
      if (to - position < 4) {
        throw cutOff();
      }
      int length = (int) INT.get(bytes, position);
      if (length < 0 || length > to - position - 4) {
        throw cutOff();
      }
      position += 4 + length;
    }
    return position;
  }

  private static ByteBuffer little(byte[] bytes, int from) {
    return ByteBuffer.wrap(bytes, from, bytes.length - from).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void require(long needed, int from, int to) {
    if (needed > to - from) {
      throw cutOff();
    }
  }

  private static MalformedPageException cutOff() {
    return new MalformedPageException("values end early");
  }
}
