package io.firn.format;

import java.nio.ByteBuffer;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** A row of Iceberg generic values seen as one of the internal values that expressions compare. */
final class InternalRow implements StructLike {

  private final Types.StructType type;
  private final StructLike row;

  InternalRow(Types.StructType type, StructLike row) {
    this.type = type;
    this.row = row;
  }

  @Override
  public int size() {
    return row.size();
  }

  @Override
  public <T> @Nullable T get(int position, Class<T> javaClass) {
    Object value = row.get(position, Object.class);
    return javaClass.cast(internal(type.fields().get(position).type(), value));
  }

  private static @Nullable Object internal(Type type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (type.typeId()) {
      case DATE -> new Scalar("", type).toInt(value);
      case TIME, TIMESTAMP, TIMESTAMP_NANO -> new Scalar("", type).toLong(value);
      case FIXED -> value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
      case STRUCT -> new InternalRow((Types.StructType) type, (StructLike) value);
      default -> value;
    };
  }

  @Override
  public <T> void set(int position, T value) {
    throw new UnsupportedOperationException("the row is read-only");
  }
}
