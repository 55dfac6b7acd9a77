package io.firn.spark;

import io.firn.spark.runner.SparkProcess;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** Iceberg's generic values as the text in which {@link SparkProcess} gives Spark's. */
final class RowText {

  private RowText() {}

  /** The values of a row, in the order of its columns. */
  static List<@Nullable String> of(StructLike row) {
    List<@Nullable String> values = new ArrayList<>(row.size());
    for (int i = 0; i < row.size(); i++) {
      Object value = row.get(i, Object.class);
      values.add(value == null ? null : text(value));
    }
    return values;
  }

  /** One value. */
  static String text(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    if (value instanceof OffsetDateTime time) {
      return time.toInstant().toString();
    }
    if (value instanceof StructLike struct) {
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < struct.size(); i++) {
        fields.add(text(struct.get(i, Object.class)));
      }
      return "{" + String.join(", ", fields) + "}";
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, String> sorted = new TreeMap<>();
      map.forEach((key, mapped) -> sorted.put(text(key), text(mapped)));
      return sorted.toString();
    }
    if (value instanceof List<?> list) {
      List<String> elements = new ArrayList<>();
      list.forEach(element -> elements.add(text(element)));
      return elements.toString();
    }
    return value.toString();
  }
}
