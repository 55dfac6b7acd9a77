package io.firn.engine;

import java.util.Locale;
import java.util.Map;

/**
 * Reads the text form of options: a whole number, with a unit of size or time where the option has
 * one.
 */
final class OptionText {

  private static final Map<String, Long> BYTES =
      Map.of("b", 1L, "kb", 1L << 10, "mb", 1L << 20, "gb", 1L << 30, "tb", 1L << 40);
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private OptionText() {}

  /**
   * The value, in the option's own unit. Throws {@link NumberFormatException} for anything else.
   */
  static long parse(OptionKey option, String text) {
    String trimmed = text.trim().toLowerCase(Locale.ROOT);
    int digits = 0;
    while (digits < trimmed.length() && Character.isDigit(trimmed.charAt(digits))) {
      digits++;
    }
    long number = Long.parseLong(trimmed.substring(0, digits));
    String unit = trimmed.substring(digits).trim();
    if (unit.isEmpty()) {
      return number;
    }
    Map<String, Long> units =
        option.name().contains("BYTES")
            ? BYTES
            : option.name().contains("MILLIS") ? MILLIS : Map.of();
    Long factor = units.get(unit);
    if (factor == null) {
      throw new NumberFormatException("unit " + unit);
    }
    try {
      return Math.multiplyExact(number, factor);
    } catch (ArithmeticException e) {
      throw new NumberFormatException("too large");
    }
  }
}
