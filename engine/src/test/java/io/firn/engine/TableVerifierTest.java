package io.firn.engine;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.TableLocation;
import io.firn.engine.TableVerifier.Depth;
import io.firn.error.NotATableException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import io.firn.testkit.TrackingStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TableVerifierTest {

  private static final Schema SCHEMA =
      new Schema(
          required(1, "region", Types.StringType.get()),
          required(2, "id", Types.LongType.get()),
          optional(3, "price", Types.DecimalType.of(20, 2)),
          optional(4, "day", Types.DateType.get()),
          optional(5, "ratio", Types.DoubleType.get()),
          optional(6, "tags", Types.ListType.ofOptional(7, Types.StringType.get())));

  @TempDir Path directory;

  @RegisterExtension final Seeds seeds = new Seeds();

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @ParameterizedTest
  @EnumSource(Depth.class)
  void aTableThatFirnWroteIsSound(Depth depth) {
    write(12, CompactionKind.DUE);
    assertSound(depth);
  }

  @Test
  void aCompactedTableIsSound() {
    write(8, CompactionKind.FULL);
    assertSound(Depth.EVERYTHING);
  }

  @Test
  void anEmptyTableIsSound() {
    create().close();
    VerifyReport report = verify(Depth.EVERYTHING);
    assertThat(report.findings()).isEmpty();
    assertThat(report.liveRows()).isZero();
  }

  @Test
  void itRunsBesideALiveWriter() {
    try (FirnTable table = create()) {
      table.put(row(new Random(1), 1));
      table.flush();
      assertSound(Depth.KEYS);
      table.put(row(new Random(1), 2));
    }
  }

  @Test
  void progressEndsAtTheTotal() {
    write(4, CompactionKind.DUE);
    List<Long> left = new ArrayList<>();
    TableVerifier.verify(
        location(), new LocalStorage(), Depth.EVERYTHING, (done, total) -> left.add(total - done));
    assertThat(left.get(left.size() - 1)).isZero();
    assertThat(left).isSortedAccordingTo((a, b) -> Long.compare(b, a));
  }

  @Test
  void aMissingDataFileIsFound() throws IOException {
    write(3, CompactionKind.DUE);
    Path file = dataFile();
    Files.delete(file);
    assertThat(verify(Depth.KEYS).findings())
        .anySatisfy(found -> assertError(found, file, "does not exist"));
  }

  @Test
  void aTruncatedDataFileIsFound() throws IOException {
    write(3, CompactionKind.DUE);
    Path file = dataFile();
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(access.length() - 1);
    }
    assertThat(verify(Depth.KEYS).findings())
        .anySatisfy(found -> assertError(found, file, "bytes, its entry says"));
  }

  @Test
  void everyFlippedByteOfTheDataIsFoundByTheDeepLook() throws IOException {
    write(2, CompactionKind.FULL);
    Path file = dataFile();
    byte[] good = Files.readAllBytes(file);
    int pages = pagesEnd(file);
    assertThat(pages).isGreaterThan(good.length / 2);
    Random random = seeds.random();
    for (int i = 0; i < 40; i++) {
      byte[] bad = good.clone();
      int place = 4 + random.nextInt(pages - 4);
      bad[place] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bad);
      assertThat(verify(Depth.EVERYTHING).findings())
          .as("byte %d of %d flipped", place, good.length)
          .isNotEmpty();
    }
  }

  @Test
  void aForeignAppendThatRepeatsKeysIsAWarning() throws IOException {
    write(2, CompactionKind.FULL);
    append(file -> file);
    VerifyReport report = verify(Depth.KEYS);
    assertThat(report.sound()).isFalse();
    assertThat(report.findings())
        .anySatisfy(
            found -> {
              assertThat(found.severity()).isEqualTo(Finding.Severity.WARNING);
              assertThat(found.what()).contains("has the same key as row", "both are live");
            });
  }

  @Test
  void falseBoundsAndCountsInTheMetadataAreFound() throws IOException {
    write(2, CompactionKind.FULL);
    append(
        file ->
            DataFiles.builder(table().spec())
                .copy(file)
                .withMetrics(
                    new Metrics(
                        file.recordCount(),
                        null,
                        Map.of(3, 1L, 4, file.recordCount()),
                        Map.of(4, 0L),
                        null,
                        Map.of(2, Conversions.toByteBuffer(Types.LongType.get(), 100L)),
                        Map.of(1, Conversions.toByteBuffer(Types.StringType.get(), "b"))))
                .build());
    assertThat(verify(Depth.EVERYTHING).findings())
        .extracting(Finding::what)
        .contains("holds a value below the lower bound of id")
        .contains("holds a value above the upper bound of region")
        .anyMatch(what -> what.matches("has \\d+ values of price, its entry says 1"))
        .anyMatch(what -> what.matches("has \\d+ nulls of day, its entry says 0"));
  }

  @Test
  void aFileThatNothingNamesIsANotice() throws IOException {
    write(2, CompactionKind.DUE);
    Path orphan = directory.resolve("table/data/L0-1-999-00000000.parquet");
    Files.writeString(orphan, "left by a crash");
    Files.setLastModifiedTime(orphan, FileTime.fromMillis(0));
    VerifyReport report = verify(Depth.KEYS);
    assertThat(report.sound()).isTrue();
    assertThat(report.findings())
        .containsExactly(
            new Finding(Finding.Severity.NOTICE, orphan.toString(), "is referenced by nothing"));
  }

  @Test
  void whatIsNoTableIsRefused() {
    assertThatThrownBy(() -> verify(Depth.KEYS)).isInstanceOf(NotATableException.class);
  }

  private void assertSound(Depth depth) {
    TrackingStorage storage = leaks.track(new LocalStorage());
    VerifyReport report = TableVerifier.verify(location(), storage, depth, (done, total) -> {});
    assertThat(report.findings()).isEmpty();
    assertThat(report.sound()).isTrue();
    assertThat(report.liveRows()).isPositive();
    storage.assertAllClosed();
  }

  private static void assertError(Finding found, Path file, String what) {
    assertThat(found.severity()).isEqualTo(Finding.Severity.ERROR);
    assertThat(found.file()).endsWith(file.getFileName().toString());
    assertThat(found.what()).contains(what);
  }

  private VerifyReport verify(Depth depth) {
    return TableVerifier.verify(location(), new LocalStorage(), depth, (done, total) -> {});
  }

  private TableLocation location() {
    return TableLocation.ofPath(directory + "/table");
  }

  private Table table() {
    return new HadoopTables(new Configuration()).load(directory + "/table");
  }

  private FirnTable create() {
    return FirnTable.builder()
        .location(location())
        .schema(SCHEMA)
        .key("region", "id")
        .option("compaction-workers", "0")
        .create();
  }

  /** Flushes overlapping keys with deletes, then compacts in the given way. */
  private void write(int flushes, CompactionKind compaction) {
    Random random = seeds.random();
    try (FirnTable table = create()) {
      for (int flush = 0; flush < flushes; flush++) {
        WriteBatch batch = table.newBatch();
        for (int i = 0; i < 500; i++) {
          int key = random.nextInt(2_000);
          if (random.nextInt(10) == 0) {
            batch.delete(region(key), (long) key);
          } else {
            batch.put(row(random, key));
          }
        }
        table.write(batch);
        table.flush();
      }
      if (compaction == CompactionKind.FULL) {
        table.compact(compaction);
      }
    }
  }

  private static String region(int key) {
    return "region with a name longer than a bound " + key % 7;
  }

  private static Record row(Random random, int key) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("region", region(key));
    row.setField("id", (long) key);
    if (random.nextInt(4) != 0) {
      row.setField("price", BigDecimal.valueOf(random.nextInt(), 2));
      row.setField("day", LocalDate.ofEpochDay(random.nextInt(40_000) - 20_000));
      row.setField("ratio", random.nextInt(5) == 0 ? Double.NaN : random.nextGaussian());
      row.setField("tags", List.of("a", "b"));
    }
    return row;
  }

  /** A data file that the current snapshot reads. */
  private Path dataFile() throws IOException {
    try (CloseableIterable<FileScanTask> tasks = table().newScan().planFiles()) {
      return Path.of(withoutScheme(tasks.iterator().next()));
    }
  }

  private static String withoutScheme(FileScanTask task) {
    return task.file().location().replaceFirst("^file:", "");
  }

  /** Where the pages of the last row group end; Parquet gives nothing behind them a checksum. */
  private static int pagesEnd(Path file) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      return reader.getFooter().getBlocks().stream()
          .flatMap(block -> block.getColumns().stream())
          .mapToInt(column -> (int) (column.getStartingPos() + column.getTotalSize()))
          .max()
          .orElseThrow();
    }
  }

  /** Appends a copy of a data file under a foreign name, with an entry changed at will. */
  private void append(UnaryOperator<DataFile> change) throws IOException {
    Table table = table();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
      DataFile file = tasks.iterator().next().file();
      Path copy = directory.resolve("table/data/foreign.parquet");
      Files.copy(Path.of(file.location().replaceFirst("^file:", "")), copy);
      DataFile changed = change.apply(file);
      table
          .newAppend()
          .appendFile(
              DataFiles.builder(table.spec()).copy(changed).withPath(copy.toString()).build())
          .commit();
    }
    try (Stream<Path> files = Files.list(directory.resolve("table/data"))) {
      assertThat(files).contains(directory.resolve("table/data/foreign.parquet"));
    }
  }
}
