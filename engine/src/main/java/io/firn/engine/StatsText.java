package io.firn.engine;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;

/**
 * A table's figures as text, one {@code name=value} a line, names in lower case with underscores.
 */
final class StatsText {

  private StatsText() {}

  static String of(TableStats stats) {
    StringBuilder text = new StringBuilder();
    for (RecordComponent component : TableStats.class.getRecordComponents()) {
      Object value = value(component, stats);
      if (!(value instanceof List)) {
        text.append(name(component.getName())).append('=').append(value).append('\n');
      }
    }
    return text.toString();
  }

  private static Object value(RecordComponent component, TableStats stats) {
    try {
      return component.getAccessor().invoke(stats);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("A public record hides " + component, e);
    }
  }

  private static String name(String camelCase) {
    return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
