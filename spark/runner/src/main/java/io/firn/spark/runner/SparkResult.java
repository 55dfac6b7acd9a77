package io.firn.spark.runner;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Spark answered.
 *
 * @param columns the names
 * @param rows the values as text, or null
 */
public record SparkResult(List<String> columns, List<List<@Nullable String>> rows) {

  /** The only value of the only row. */
  public @Nullable String value() {
    if (rows.size() != 1 || rows.get(0).size() != 1) {
      throw new AssertionError("Not one value: " + rows);
    }
    return rows.get(0).get(0);
  }

  /** The only value of the only row, as a number. */
  public long number() {
    return Long.parseLong(String.valueOf(value()));
  }
}
