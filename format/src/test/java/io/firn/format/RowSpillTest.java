package io.firn.format;

import static io.firn.format.RandomTables.comparable;
import static io.firn.format.RandomTables.drain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.storage.ForwardingStorage;
import io.firn.storage.InputFileHandle;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Seeds;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.TrackingStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowSpillTest {

  private static final int ROWS = 40_000;

  /** A sixth of the rows, and far less than what making their blocks drives out. */
  private static final long PAGE_BYTES = 600_000;

  private static final int WARM_UP = 20_000;

  private static final TableSchema TABLE =
      TableSchema.of(
          new Schema(
              NestedField.required(1, "k", Types.LongType.get()),
              NestedField.optional(2, "s", Types.StringType.get()),
              NestedField.optional(3, "d", Types.DoubleType.get())),
          List.of(1));

  private final Projection all = Projection.all(TABLE);

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn");
  @TempDir Path directory;

  private TrackingStorage storage;
  private WrittenFile file;
  private Path cache;

  @BeforeEach
  void write() {
    storage = leaks.track(new LocalStorage());
    cache = directory.resolve("cache");
    TreeMap<byte[], Record> rows = new TreeMap<>(KeyCodec::compare);
    for (int i = 0; i < ROWS; i++) {
      Record row = row(i);
      rows.put(TABLE.keys().encodeFromRow(row), row);
    }
    file =
        RandomTables.write(
            storage,
            directory.resolve("file").toString(),
            TABLE,
            rows.values(),
            WriterOptions.forLookups());
  }

  private static Record row(int i) {
    Record row = GenericRecord.create(TABLE.schema());
    row.set(0, 2L * i);
    row.set(1, i % 7 == 0 ? null : "a text that is all its own, " + i * 7919L);
    row.set(2, i / 8.0);
    return row;
  }

  private DataFileReaders readers(Storage spillStorage, long bytesMax) throws IOException {
    return new DataFileReaders(
        storage,
        CacheOptions.defaults().withPageBytes(PAGE_BYTES),
        RowSpill.open(spillStorage, cache.toString(), bytesMax));
  }

  private DataFileReader open(DataFileReaders readers) {
    return readers.open(file.path(), file.lengthBytes(), TABLE);
  }

  private void lookUp(DataFileReader reader, Random random, int times) {
    for (int i = 0; i < times; i++) {
      int row = random.nextInt(ROWS);
      assertThat(reader.lookUp(row, all, RowMask.NONE)).isEqualTo(row(row));
    }
  }

  private List<Path> spilled() {
    try (Stream<Path> paths = Files.list(cache)) {
      return paths.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long spilledBytes() {
    return spilled().stream().mapToLong(path -> path.toFile().length()).sum();
  }

  private long pagesDecoded(DataFileReaders readers) {
    try (readers;
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      lookUp(reader, random, WARM_UP);
      ReadCounters warm = readers.counters();
      lookUp(reader, random, 2_000);
      return readers.counters().since(warm).pagesDecoded();
    }
  }

  @Test
  void rowsThatMemoryHasNoRoomForAreNotDecodedAgain() throws IOException {
    CacheOptions small = CacheOptions.defaults().withPageBytes(PAGE_BYTES);
    assertThat(pagesDecoded(new DataFileReaders(storage, small))).isGreaterThan(2_000);
    assertThat(pagesDecoded(readers(storage, 16 << 20))).isLessThan(20);
    assertThat(spilled()).as("after closing").isEmpty();
  }

  @Test
  void shortScansTakeRowsFromTheSpill() throws IOException {
    try (DataFileReaders readers = readers(storage, 16 << 20);
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      lookUp(reader, random, WARM_UP);
      ReadCounters warm = readers.counters();
      scan(reader, random, 500);
      assertThat(readers.counters().since(warm).pagesDecoded()).isLessThan(20);
    }
  }

  @Test
  void veryShortScansLeaveTheirRowsInTheSpill() throws IOException {
    try (DataFileReaders readers = readers(storage, 16 << 20);
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      scan(reader, random, 2_000);
      ReadCounters warm = readers.counters();
      scan(reader, random, 500);
      assertThat(readers.counters().since(warm).pagesDecoded()).isLessThan(20);
    }
  }

  private void scan(DataFileReader reader, Random random, int times) {
    for (int i = 0; i < times; i++) {
      int from = random.nextInt(ROWS);
      int to = Math.min(ROWS, from + 1 + random.nextInt(300));
      List<Object> expected =
          comparable(IntStream.range(from, to).mapToObj(RowSpillTest::row).toList());
      assertThat(drain(reader.scan(all, from, to, null))).isEqualTo(expected);
    }
  }

  @Test
  void ofMoreThanItMayHaveTheOldestGoes() throws IOException {
    try (DataFileReaders readers = readers(storage, RowSpill.BYTES_MIN);
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      for (int i = 0; i < 200; i++) {
        lookUp(reader, random, 200);
        assertThat(spilledBytes()).isLessThanOrEqualTo(RowSpill.BYTES_MIN);
        assertThat(readers.counters().spilledBytes()).isEqualTo(spilledBytes());
      }
      assertThat(spilled()).as("the first segment is gone").doesNotContain(cache.resolve("1.rows"));
      assertThat(spilled()).hasSize(8);
    }
  }

  @Test
  void aRowOnDiskIsOneReadUntilItHasBeenWantedTwice() throws IOException {
    CountingStorage counted = new CountingStorage(storage);
    try (DataFileReaders readers = readers(counted, 16 << 20);
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      lookUp(reader, random, WARM_UP);
      int onDisk = 0;
      for (int row = 0; row < ROWS; row += 97) {
        List<Long> reads = new ArrayList<>();
        for (int look = 0; look < 3; look++) {
          counted.reset();
          assertThat(reader.lookUp(row, all, RowMask.NONE)).isEqualTo(row(row));
          reads.add(counted.calls(StorageOperation.READ, PathPattern.any()));
        }
        // Others are in memory, alone or with their block, or wanted during the warm-up.
        assertThat(reads).isIn(List.of(1L, 1L, 0L), List.of(1L, 0L, 0L), List.of(0L, 0L, 0L));
        onDisk += reads.get(1) == 1 ? 1 : 0;
      }
      assertThat(onDisk).as("rows read twice").isGreaterThan(ROWS / 97 / 4);
    }
  }

  /** Notes which files are opened for short reads, and may be unable to. */
  private final class Mappings extends ForwardingStorage {

    private final List<String> paths = new ArrayList<>();
    private final boolean possible;

    Mappings(boolean possible) {
      super(storage);
      this.possible = possible;
    }

    @Override
    public InputFileHandle openForShortReads(String path) throws IOException {
      paths.add(path);
      if (!possible) {
        throw new IOException("No mapping");
      }
      return super.openForShortReads(path);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void fullSegmentsThatAreReadAgainAndAgainAreMappedOnce(boolean possible) throws IOException {
    Mappings mappings = new Mappings(possible);
    try (DataFileReaders readers = readers(mappings, 4 << 20);
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      lookUp(reader, random, 2 * WARM_UP);
      assertThat(spilled()).as("the last one is not full").hasSize(mappings.paths.size() + 1);
      assertThat(mappings.paths).isNotEmpty().doesNotHaveDuplicates();
      lookUp(reader, random, WARM_UP);
    }
    assertThat(storage.openHandles()).isEmpty();
  }

  /** A disk that has room for nothing but the spill. */
  private final class SmallDisk extends ForwardingStorage {

    private final long room;

    SmallDisk(long room) {
      super(storage);
      this.room = room;
    }

    @Override
    public long freeBytes(String of) {
      return room - spilledBytes();
    }
  }

  @Test
  void noMoreIsKeptThanAQuarterOfWhatTheDiskHasRoomFor() throws IOException {
    for (long room : List.of(0L, 1L << 20, 2L << 20)) {
      try (DataFileReaders readers = readers(new SmallDisk(room), RowSpill.BYTES_MIN);
          DataFileReader reader = open(readers)) {
        Random random = seeds.random();
        for (int i = 0; i < 80; i++) {
          lookUp(reader, random, 200);
          assertThat(spilledBytes()).isLessThanOrEqualTo(room / 4);
          assertThat(readers.counters().spilledBytes()).isEqualTo(spilledBytes());
        }
        assertThat(spilledBytes()).isGreaterThanOrEqualTo(room / 8);
      }
    }
  }

  @Test
  void whenTheDiskIsFullAllRowsGoAndOthersAreKeptLater() throws IOException {
    FaultStorage faulty = new FaultStorage(storage);
    FaultStorage.Fault full =
        faulty
            .on(StorageOperation.WRITE)
            .nth(6)
            .failOnce(() -> new IOException("No space left on device"));
    try (DataFileReaders readers = readers(faulty, RowSpill.BYTES_MIN);
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      long before = 0;
      for (int i = 0; full.fired() == 0 && i < WARM_UP; i++) {
        before = readers.counters().spilledBytes();
        lookUp(reader, random, 1);
      }
      assertThat(full.fired()).isEqualTo(1);
      assertThat(readers.counters().spilledBytes()).isLessThan(before / 2);
      assertThat(readers.counters().spilledBytes()).isEqualTo(spilledBytes());
      lookUp(reader, random, WARM_UP);
      assertThat(readers.counters().spilledBytes()).isGreaterThan(before);
    }
  }

  @Test
  void aRowThatIsNotWhatWasWrittenIsReadFromTheDataFile() throws IOException {
    Random random = seeds.random();
    for (int kind = 0; kind < 6; kind++) {
      try (DataFileReaders readers = readers(storage, 16 << 20);
          DataFileReader reader = open(readers)) {
        lookUp(reader, random, WARM_UP);
        for (Path segment : spilled()) {
          damage(segment, kind / 2, random);
        }
        scan(reader, random, 100 * (kind % 2));
        lookUp(reader, random, WARM_UP);
        assertThat(spilled()).as("damage of kind " + kind + " ends the spill").isEmpty();
      }
    }
  }

  private static void damage(Path segment, int kind, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    switch (kind) {
      case 0 -> {
        for (int i = 0; i < bytes.length; i += 1 + random.nextInt(200)) {
          bytes[i] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> {
        // Sound rows, each where another one was.
        int half = bytes.length / 2;
        byte[] first = bytes.clone();
        System.arraycopy(first, half, bytes, 0, half);
        System.arraycopy(first, 0, bytes, half, half);
      }
      default -> bytes = new byte[0];
    }
    Files.write(segment, bytes);
  }

  @ParameterizedTest
  @EnumSource(
      value = StorageOperation.class,
      names = {"CREATE", "WRITE", "OPEN", "READ", "DELETE"})
  void anErrorOfStorageEndsItAndNobodyNotices(StorageOperation operation) throws IOException {
    FaultStorage faulty = new FaultStorage(storage);
    try (DataFileReaders readers = readers(faulty, RowSpill.BYTES_MIN);
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      FaultStorage.Fault fault = faulty.on(operation).nth(3).failOnce();
      for (int i = 0; fault.fired() == 0 && i < WARM_UP; i++) {
        lookUp(reader, random, 10);
      }
      lookUp(reader, random, 1_000);
      assertThat(fault.fired()).isEqualTo(1);
      int left = operation == StorageOperation.DELETE ? 1 : 0;
      assertThat(spilled()).as("its files are deleted").hasSize(left);
    }
    try (DataFileReaders again = readers(storage, RowSpill.BYTES_MIN)) {
      assertThat(again.counters().filesOpened()).isZero();
    }
    assertThat(spilled()).as("what was left is cleared").isEmpty();
  }

  @Test
  void rowsThatWereDeletedWhenTheyWereSpilledAreStillThereForWhoSeesThem() throws IOException {
    try (DataFileReaders readers = readers(storage, 16 << 20);
        DataFileReader reader = open(readers)) {
      Random random = seeds.random();
      RowMask mask = RandomMasks.mask(random, ROWS);
      for (int i = 0; i < WARM_UP; i++) {
        int row = random.nextInt(ROWS);
        assertThat(reader.lookUp(row, all, mask)).isEqualTo(row(row));
      }
      lookUp(reader, random, WARM_UP);
    }
  }

  @Test
  void whatADeadProcessLeftGoesAsRowsAreWritten() throws IOException {
    Files.createDirectories(cache);
    List<Path> left =
        Stream.of("1.rows", "2147483647.rows", "7.rows", "other.rows").map(cache::resolve).toList();
    for (Path path : left) {
      Files.write(path, new byte[100_000]);
    }
    try (DataFileReaders readers = readers(storage, 16 << 20);
        DataFileReader reader = open(readers)) {
      assertThat(spilled()).as("opening waits for no deletion").isEqualTo(left);
      assertThat(readers.counters().spilledBytes()).isZero();
      lookUp(reader, seeds.random(), WARM_UP);
      assertThat(spilled()).contains(cache.resolve("8.rows")).doesNotContainAnyElementsOf(left);
    }
    assertThat(spilled()).isEmpty();
  }

  @Test
  void lessThanItNeedsIsRefused() {
    assertThatThrownBy(() -> RowSpill.open(storage, cache.toString(), RowSpill.BYTES_MIN - 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(cache).doesNotExist();
  }
}
