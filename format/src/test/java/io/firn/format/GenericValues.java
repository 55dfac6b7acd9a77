package io.firn.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.StructLike;

/** Iceberg generic values in a form that can be compared: byte arrays have no equality. */
final class GenericValues {

  private GenericValues() {}

  static List<Object> comparable(StructLike row) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      values.add(comparable(row.get(i, Object.class)));
    }
    return values;
  }

  static Object comparable(Object value) {
    if (value instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    }
    if (value instanceof StructLike struct) {
      return comparable(struct);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(GenericValues::comparable).map(Object.class::cast).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, mapped) -> copy.put(comparable(key), comparable(mapped)));
      return copy;
    }
    return value;
  }
}
