package io.firn.spark.runner;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import scala.collection.Iterator;

/** Spark's values as text: equal text means equal value, whatever the Spark version. */
final class SparkText {

  private SparkText() {}

  static String of(Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    if (value instanceof Row row) {
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        fields.add(of(row.get(i)));
      }
      return "{" + String.join(", ", fields) + "}";
    }
    if (value instanceof scala.collection.Map<?, ?> map) {
      TreeMap<String, String> sorted = new TreeMap<>();
      Iterator<? extends scala.Tuple2<?, ?>> entries = map.iterator();
      while (entries.hasNext()) {
        scala.Tuple2<?, ?> entry = entries.next();
        sorted.put(of(entry._1()), of(entry._2()));
      }
      return sorted.toString();
    }
    if (value instanceof scala.collection.Seq<?> seq) {
      List<String> elements = new ArrayList<>();
      Iterator<?> iterator = seq.iterator();
      while (iterator.hasNext()) {
        elements.add(of(iterator.next()));
      }
      return elements.toString();
    }
    return value.toString();
  }
}
