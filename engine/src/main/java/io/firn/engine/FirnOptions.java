package io.firn.engine;

import io.firn.error.InvalidArgumentException;
import io.firn.format.RowSpill;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a table is operated; see {@link OptionKey} for each option's range and default. Immutable.
 * Options never change what a table contains, so any table can be opened with any options.
 */
public final class FirnOptions {

  /** The key of the default durability of writes: {@code sync}, {@code async} or {@code none}. */
  public static final String DURABILITY_KEY = "durability";

  /** The prefix of an option's key in table properties. */
  public static final String PROPERTY_PREFIX = "firn.option.";

  private final Map<OptionKey, Long> values;
  private final Durability durability;

  private FirnOptions(Builder builder) {
    this.values = new EnumMap<>(builder.values);
    this.durability = builder.durability;
  }

  /** The defaults. */
  public static FirnOptions defaults() {
    return builder().build();
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from these options. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.values.putAll(values);
    builder.durability = durability;
    return builder;
  }

  /** The value of an option, in the unit its name says. */
  public long value(OptionKey key) {
    return values.getOrDefault(key, key.defaultValue());
  }

  int intValue(OptionKey key) {
    return Math.toIntExact(value(key));
  }

  /**
   * The durability of writes that do not choose one. {@link Durability#SYNC} if nothing is said.
   */
  public Durability durability() {
    return durability;
  }

  /** See {@link OptionKey#WAL_SYNC_INTERVAL_MILLIS}. */
  public long walSyncIntervalMillis() {
    return value(OptionKey.WAL_SYNC_INTERVAL_MILLIS);
  }

  /** See {@link OptionKey#SNAPSHOT_MEMORY_BYTES_MAX}. */
  public long snapshotMemoryBytesMax() {
    return value(OptionKey.SNAPSHOT_MEMORY_BYTES_MAX);
  }

  /** Every option by its key, defaults included, as text. */
  public Map<String, String> toMap() {
    Map<String, String> all = new TreeMap<>();
    for (OptionKey key : OptionKey.values()) {
      all.put(key.key(), Long.toString(value(key)));
    }
    all.put(DURABILITY_KEY, durability.name().toLowerCase(Locale.ROOT));
    return all;
  }

  /** Collects options; all of them are checked together by {@link #build}. */
  public static final class Builder {
    private final Map<OptionKey, Long> values = new EnumMap<>(OptionKey.class);
    private final List<String> problems = new ArrayList<>();
    private Durability durability = Durability.SYNC;

    private Builder() {}

    /** Sets an option. */
    public Builder set(OptionKey key, long value) {
      values.put(key, value);
      return this;
    }

    /** Sets the durability of writes that do not choose one. */
    public Builder durability(Durability chosen) {
      durability = chosen;
      return this;
    }

    /**
     * Sets an option by its kebab-case key, from text. Sizes may end in kb, mb or gb, times in ms,
     * s, m, h or d.
     */
    public Builder set(String key, String text) {
      if (key.equals(DURABILITY_KEY)) {
        try {
          durability = Durability.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
          problems.add(key + " must be sync, async or none, not " + text);
        }
        return this;
      }
      OptionKey.ofKey(key)
          .ifPresentOrElse(
              option -> {
                try {
                  values.put(option, OptionText.parse(option, text));
                } catch (NumberFormatException e) {
                  problems.add(key + " is not a number with a unit it knows: " + text);
                }
              },
              () ->
                  problems.add(
                      "unknown option "
                          + key
                          + "; the options are "
                          + DURABILITY_KEY
                          + ", "
                          + Stream.of(OptionKey.values())
                              .map(OptionKey::key)
                              .collect(Collectors.joining(", "))));
      return this;
    }

    /**
     * Sets every option that stands in table properties, by {@link #PROPERTY_PREFIX} and its key.
     */
    public Builder setAll(Map<String, String> tableProperties) {
      tableProperties.forEach(
          (key, value) -> {
            if (key.startsWith(PROPERTY_PREFIX)) {
              set(key.substring(PROPERTY_PREFIX.length()), value);
            }
          });
      return this;
    }

    /**
     * The options.
     *
     * @throws InvalidArgumentException naming every option that is unknown, out of range or at odds
     *     with another
     */
    public FirnOptions build() {
      List<String> found = new ArrayList<>(problems);
      values.forEach(
          (key, value) -> {
            if (value < key.min() || value > key.max()) {
              found.add(
                  key.key() + " must be " + key.min() + " to " + key.max() + ", not " + value);
            }
          });
      FirnOptions options = new FirnOptions(this);
      long spilled = options.value(OptionKey.PAGE_CACHE_DISK_BYTES_MAX);
      if (spilled > 0 && spilled < RowSpill.BYTES_MIN) {
        found.add("page-cache-disk-bytes-max must be 0 or at least " + RowSpill.BYTES_MIN);
      }
      if (options.value(OptionKey.SORTED_RUNS_STOP)
          <= options.value(OptionKey.SORTED_RUNS_SLOWDOWN)) {
        found.add("sorted-runs-stop must be above sorted-runs-slowdown");
      }
      if (options.value(OptionKey.SORTED_RUNS_SLOWDOWN)
          < options.value(OptionKey.COMPACTION_LEVEL0_FILES)) {
        found.add("sorted-runs-slowdown must not be below compaction-level0-files");
      }
      if (options.value(OptionKey.COMPACTION_TARGET_FILE_BYTES)
          > options.value(OptionKey.COMPACTION_LEVEL_BASE_BYTES)) {
        found.add("compaction-target-file-bytes must not be above compaction-level-base-bytes");
      }
      if (!found.isEmpty()) {
        throw new InvalidArgumentException("Invalid options: " + String.join("; ", found));
      }
      return options;
    }
  }
}
