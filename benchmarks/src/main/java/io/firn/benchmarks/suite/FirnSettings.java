package io.firn.benchmarks.suite;

import io.firn.engine.FirnOptions;

/**
 * Firn's options in a measuring process: the defaults, but for what the driver's {@code --option}
 * says, which comes as system properties.
 */
public final class FirnSettings {

  private static final String PREFIX = "firn.option.";

  private FirnSettings() {}

  /** The flag that gives a measuring process an option. */
  static String flag(String option, String value) {
    return "-D" + PREFIX + option + "=" + value;
  }

  /** The options, to be added to. */
  public static FirnOptions.Builder builder() {
    return over(FirnOptions.builder());
  }

  /** Other defaults, but for what the driver says. */
  public static FirnOptions.Builder over(FirnOptions.Builder defaults) {
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith(PREFIX))
        .forEach(
            name -> defaults.set(name.substring(PREFIX.length()), System.getProperty(name, "")));
    return defaults;
  }
}
