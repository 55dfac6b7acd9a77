package io.firn.engine.internal.verify;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.UUID;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/** The order in which a column's bounds bound it, over Iceberg's generic values. */
final class BoundOrder implements Comparator<Object> {

  private final Type type;

  BoundOrder(Type type) {
    this.type = type;
  }

  /** No bound counts them. */
  static boolean isNaN(Object value) {
    return (value instanceof Double number && number.isNaN())
        || (value instanceof Float real && real.isNaN());
  }

  /** A bound as a generic value. */
  @Nullable Object decode(ByteBuffer bound) {
    Object value = Conversions.fromByteBuffer(type, bound);
    if (value == null) {
      return null;
    }
    return switch (type.typeId()) {
      case DATE -> DateTimeUtil.dateFromDays((Integer) value);
      case TIME -> DateTimeUtil.timeFromMicros((Long) value);
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? DateTimeUtil.timestamptzFromMicros((Long) value)
              : DateTimeUtil.timestampFromMicros((Long) value);
      case TIMESTAMP_NANO ->
          ((Types.TimestampNanoType) type).shouldAdjustToUTC()
              ? DateTimeUtil.timestamptzFromNanos((Long) value)
              : DateTimeUtil.timestampFromNanos((Long) value);
      default -> value;
    };
  }

  @Override
  @SuppressWarnings("unchecked") // both are values of the column's type
  public int compare(Object left, Object right) {
    return switch (type.typeId()) {
      case STRING -> Comparators.charSequences().compare((CharSequence) left, (CharSequence) right);
      case FIXED, BINARY -> Comparators.unsignedBytes().compare(bytes(left), bytes(right));
      case UUID -> unsigned((UUID) left, (UUID) right);
      default -> ((Comparable<Object>) left).compareTo(right);
    };
  }

  private static ByteBuffer bytes(Object value) {
    return value instanceof byte[] array ? ByteBuffer.wrap(array) : (ByteBuffer) value;
  }

  private static int unsigned(UUID left, UUID right) {
    int high = Long.compareUnsigned(left.getMostSignificantBits(), right.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(left.getLeastSignificantBits(), right.getLeastSignificantBits());
  }
}
