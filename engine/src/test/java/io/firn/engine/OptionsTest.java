package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options as text, in a table's properties and in the documentation. */
class OptionsTest {

  private static final Path OPERATIONS = Path.of("..", "docs", "operations.md");

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  @Test
  void everyOptionHasATestThatFailsIfItIsIgnored() {
    Set<OptionKey> proven = EnumSet.noneOf(OptionKey.class);
    Arrays.stream(OptionEffectTest.class.getDeclaredMethods())
        .map(method -> method.getAnnotation(ProvesOption.class))
        .filter(Objects::nonNull)
        .forEach(annotation -> proven.addAll(List.of(annotation.value())));
    assertThat(proven).isEqualTo(EnumSet.allOf(OptionKey.class));
  }

  @Test
  void optionsGivenAtCreationHoldAtEveryLaterOpen() {
    try (FirnTable table =
        Rows.at(directory)
            .option("memtable-bytes-max", "128kb")
            .option("flush-interval-millis", "2m")
            .option("durability", "async")
            .create()) {
      assertThat(table.options().value(OptionKey.MEMTABLE_BYTES_MAX)).isEqualTo(128 << 10);
    }
    try (FirnTable table =
        FirnTable.builder().path(directory.toString()).option("memtable-bytes-max", "1mb").open()) {
      assertThat(table.options().value(OptionKey.MEMTABLE_BYTES_MAX)).isEqualTo(1 << 20);
      assertThat(table.options().value(OptionKey.FLUSH_INTERVAL_MILLIS)).isEqualTo(120_000);
    }
    try (FirnTable table = FirnTable.open(directory.toString())) {
      assertThat(table.options().value(OptionKey.MEMTABLE_BYTES_MAX))
          .as("another value at a later open is not kept")
          .isEqualTo(128 << 10);
      assertThat(table.options().value(OptionKey.FLUSH_INTERVAL_MILLIS)).isEqualTo(120_000);
      assertThat(table.options().durability()).isEqualTo(Durability.ASYNC);
      assertThat(table.options().value(OptionKey.ROW_BYTES_MAX))
          .isEqualTo(OptionKey.ROW_BYTES_MAX.defaultValue());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "memtable-bytes-max,     70000,  70000",
    "memtable-bytes-max,     70000b, 70000",
    "memtable-bytes-max,     128kb,  131072",
    "memtable-bytes-max,     3 MB,   3145728",
    "memtable-bytes-max,     1gb,    1073741824",
    "compaction-level-base-bytes, 2tb, 2199023255552",
    "flush-interval-millis,  1500,   1500",
    "flush-interval-millis,  250ms,  250",
    "flush-interval-millis,  7s,     7000",
    "flush-interval-millis,  2m,     120000",
    "flush-interval-millis,  3h,     10800000",
    "flush-interval-millis,  1d,     86400000",
    "flush-workers,          3,      3",
  })
  void sizesAndTimesHaveUnits(String key, String text, long value) {
    assertThat(
            FirnOptions.builder().set(key, text).build().value(OptionKey.ofKey(key).orElseThrow()))
        .isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "memtable-bytes-max,    1s",
    "flush-interval-millis, 1kb",
    "flush-workers,         2kb",
    "flush-workers,         -1",
    "flush-workers,         two",
    "memtable-bytes-max,    ''",
    "memtable-bytes-max,    9999999999999gb",
    "memtable-bytes-max,    1.5mb",
    "durability,            often",
    "memtable-size,         1mb",
  })
  void aTextThatMeansNothingIsRefusedByName(String key, String text) {
    assertThatThrownBy(() -> FirnOptions.builder().set(key, text).build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(key);
  }

  @Test
  void everyOptionIsRefusedOutsideOfItsRangeAndAllProblemsAreNamed() {
    for (OptionKey key : OptionKey.values()) {
      assertThat(key.defaultValue()).as(key.key()).isBetween(key.min(), key.max());
      assertThatThrownBy(() -> FirnOptions.builder().set(key, key.min() - 1).build())
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining(key.key());
      assertThatThrownBy(() -> FirnOptions.builder().set(key, key.max() + 1).build())
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining(key.key());
    }
    assertThatThrownBy(
            () -> FirnOptions.builder().set("flush-workers", "0").set("what", "1").build())
        .hasMessageContaining("flush-workers")
        .hasMessageContaining("what");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sorted-runs-slowdown=24,sorted-runs-stop=24",
        "compaction-level0-files=30",
        "compaction-level-base-bytes=1mb",
        "compaction-target-file-bytes=2gb"
      })
  void optionsAtOddsAreRefusedBeforeAnythingIsCreated(String texts) {
    FirnTable.Builder builder = Rows.at(directory.resolve("table"));
    for (String text : texts.split(",")) {
      builder.option(text.split("=")[0], text.split("=")[1]);
    }
    assertThatThrownBy(builder::open)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(texts.split("=")[0]);
    assertThat(directory.resolve("table")).doesNotExist();
  }

  @Test
  void theLargestFilesCompactionMayWriteCanBeChosen() {
    try (FirnTable table =
        Rows.at(directory)
            .option("compaction-target-file-bytes", "4gb")
            .option("compaction-level-base-bytes", "4gb")
            .open()) {
      table.put(Rows.row(1));
      table.compact(CompactionKind.FULL);
      assertThat(table.get(1L)).isPresent();
    }
  }

  @Test
  void theGuideToOperationsListsEveryOptionWithItsDefault() throws IOException {
    List<String> lines = Files.readAllLines(OPERATIONS);
    for (OptionKey key : OptionKey.values()) {
      assertThat(lines)
          .contains(
              "| `%s` | %s | %s |".formatted(key.key(), documentedDefault(key), key.description()));
    }
    assertThat(lines).anyMatch(line -> line.startsWith("| `durability` | sync |"));
  }

  private static String documentedDefault(OptionKey key) {
    String value = readable(key, key.defaultFor(Long.MAX_VALUE));
    return key.heapPart() == 0
        ? value
        : "%s, at most 1/%d of the heap".formatted(value, key.heapPart());
  }

  @Test
  void aCompactionIsOnlySplitWhereTheHeapHasRoomForBothHalves() {
    FirnOptions options = FirnOptions.builder().build();
    assertThat(Maintenance.compactionOptions(options, (1L << 30) - 1).subRangesMax()).isEqualTo(1);
    assertThat(Maintenance.compactionOptions(options, 64L << 20).subRangesMax()).isEqualTo(1);
    assertThat(Maintenance.compactionOptions(options, 1L << 30).subRangesMax()).isEqualTo(2);
    assertThat(Maintenance.compactionOptions(options, 1L << 40).subRangesMax()).isEqualTo(2);
  }

  @Test
  void theDefaultsOfMemoryLeaveRoomInASmallHeap() {
    for (long heap : List.of(64L << 20, 256L << 20, 512L << 20, 1L << 30)) {
      long memtables =
          OptionKey.MEMTABLE_BYTES_MAX.defaultFor(heap)
              * (OptionKey.IMMUTABLE_MEMTABLES_MAX.defaultFor(heap) + 1);
      assertThat(memtables + OptionKey.PAGE_CACHE_BYTES_MAX.defaultFor(heap))
          .as("of %s bytes", heap)
          .isLessThan(heap / 2);
    }
    assertThat(OptionKey.MEMTABLE_BYTES_MAX.defaultFor(8L << 30)).isEqualTo(64 << 20);
    assertThat(OptionKey.PAGE_CACHE_BYTES_MAX.defaultFor(8L << 30)).isEqualTo(256 << 20);
  }

  /** A value with the largest unit that divides it. */
  private static String readable(OptionKey key, long value) {
    List<String> units = List.of();
    if (key.name().contains("BYTES")) {
      units = List.of("gb", "mb", "kb");
    } else if (key.name().contains("MILLIS")) {
      units = List.of("d", "h", "m", "s", "ms");
    }
    for (String unit : units) {
      long factor = OptionText.parse(key, "1" + unit);
      if (value > 0 && value % factor == 0) {
        return value / factor + unit;
      }
    }
    return Long.toString(value);
  }
}
