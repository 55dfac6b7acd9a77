package io.firn.format;

import static io.firn.format.RandomTables.comparable;
import static io.firn.format.RandomTables.drain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.ClosedException;
import io.firn.error.StorageException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import io.firn.testkit.TrackingStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DataFileReadersTest {

  private static final int ROWS = 20_000;
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

  @BeforeEach
  void track() {
    storage = leaks.track(new LocalStorage());
  }

  private WrittenFile write(String name) {
    TreeMap<byte[], Record> rows = new TreeMap<>(KeyCodec::compare);
    for (int i = 0; i < ROWS; i++) {
      Record row = GenericRecord.create(TABLE.schema());
      row.set(0, 2L * i);
      row.set(1, name + "-" + i * 7919L);
      row.set(2, i / 8.0);
      rows.put(TABLE.keys().encodeFromRow(row), row);
    }
    return RandomTables.write(
        storage,
        directory.resolve(name).toString(),
        TABLE,
        rows.values(),
        WriterOptions.forLookups());
  }

  @Test
  void aLookupReadsOnePageOfEachColumnAndACachedOneNothing() {
    WrittenFile file = write("f");
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
      byte[] key = TABLE.keys().encode(2L * 4321);
      reader.firstKey();
      ReadCounters before = readers.counters();
      long position = reader.find(key);
      ReadCounters found = readers.counters().since(before);
      assertThat(position).isEqualTo(4321);
      assertThat(found.pagesDecoded()).isEqualTo(1);
      Record row = reader.lookUp(position, all, RowMask.NONE);
      ReadCounters cold = readers.counters().since(before);
      assertThat(cold.pagesDecoded()).isEqualTo(3);
      assertThat(cold.bytesRead()).isLessThan(3 * 9 * 1024);
      // The second look keeps the rows around, of which it reads no more than they take; from then
      // on nothing is read.
      ReadCounters second = readers.counters();
      assertThat(reader.lookUp(position, all, RowMask.NONE)).isEqualTo(row);
      assertThat(readers.counters().since(second).bytesRead()).isLessThan(3 * 4 * 9 * 1024);
      ReadCounters warm = readers.counters();
      for (int i = 0; i < 100; i++) {
        assertThat(reader.find(key)).isEqualTo(position);
        assertThat(reader.lookUp(position, all, RowMask.NONE)).isEqualTo(row);
      }
      assertThat(readers.counters().since(warm).pagesDecoded()).isZero();
      assertThat(readers.counters().since(warm).reads()).isZero();
    }
  }

  @Test
  void aShortScanFindsRowsThatLookupsHaveKept() {
    WrittenFile file = write("f");
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
      for (int row = 0; row < ROWS; row += 8) {
        for (int look = 0; look < 2; look++) {
          reader.lookUp(row, all, RowMask.NONE);
        }
      }
      ReadCounters warm = readers.counters();
      List<Object> found = drain(reader.scan(all, 3000, 5000, null));
      assertThat(readers.counters().since(warm).pagesDecoded()).isZero();
      assertThat(readers.counters().since(warm).reads()).isZero();
      try (DataFileReaders cold = new DataFileReaders(storage, CacheOptions.defaults());
          DataFileReader fresh = cold.open(file.path(), file.lengthBytes(), TABLE)) {
        assertThat(found).isEqualTo(drain(fresh.scan(all, 3000, 5000, null)));
      }
    }
  }

  @Test
  void rowsLookedUpByTwoSchemasInTurnAreKeptForBoth() {
    WrittenFile file = write("f");
    Projection other = Projection.all(TABLE);
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
      for (int look = 0; look < 2; look++) {
        reader.lookUp(77, all, RowMask.NONE);
        reader.lookUp(77, other, RowMask.NONE);
      }
      ReadCounters warm = readers.counters();
      for (int look = 0; look < 10; look++) {
        assertThat(reader.lookUp(77, look % 2 == 0 ? all : other, RowMask.NONE).get(0))
            .isEqualTo(154L);
      }
      assertThat(readers.counters().since(warm).pagesDecoded()).isZero();
      assertThat(readers.counters().since(warm).reads()).isZero();
    }
  }

  @Test
  void absentKeysAreMostlyAnsweredByTheFilterAlone() {
    WrittenFile file = write("f");
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
      KeyList keys = new KeyList();
      ReadCounters before = readers.counters();
      for (int i = 0; i < ROWS; i += 500) {
        assertThat(reader.find(TABLE.keys().encode(2L * i + 1))).isEqualTo(-1);
        keys.add(TABLE.keys().encode(2L * i + 1));
      }
      reader.find(keys, 0, keys.size(), (index, position) -> assertThat(index).isNegative());
      assertThat(readers.counters().since(before).pagesDecoded()).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void aLongScanKeepsThePagesOfItsColumnsIfTheyAreAllNarrow() {
    WrittenFile file = write("f");
    Projection numbers = Projection.of(TABLE, TABLE.schema().select("k", "d"));
    Projection texts = Projection.of(TABLE, TABLE.schema().select("k", "s"));
    CacheOptions justEnough = CacheOptions.defaults().withPageBytes(8 * 16L * ROWS);
    assertThat(pagesOfSecondScan(file, justEnough, numbers, ROWS)).isZero();
    assertThat(pagesOfSecondScan(file, justEnough, numbers, ROWS + 1)).isGreaterThan(20);
    assertThat(pagesOfSecondScan(file, justEnough, texts, ROWS)).isGreaterThan(20);
  }

  private long pagesOfSecondScan(
      WrittenFile file, CacheOptions options, Projection projection, long rowsInAll) {
    try (DataFileReaders readers = new DataFileReaders(storage, options);
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
      RowMask none = RowMask.NONE;
      List<Object> first = drain(reader.scan(projection, 0, ROWS, null, none, rowsInAll));
      ReadCounters before = readers.counters();
      assertThat(drain(reader.scan(projection, 0, ROWS, null, none, rowsInAll)))
          .isEqualTo(first)
          .hasSize(ROWS);
      return readers.counters().since(before).pagesDecoded();
    }
  }

  @Test
  void decodedPagesStayWithinTheirBound() {
    WrittenFile file = write("f");
    long bound = 200_000;
    CacheOptions options = CacheOptions.defaults().withPageBytes(bound);
    Random random = seeds.random();
    try (DataFileReaders readers = new DataFileReaders(storage, options);
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
      for (int i = 0; i < 3000; i++) {
        int row = random.nextInt(ROWS);
        assertThat(reader.find(TABLE.keys().encode(2L * row))).isEqualTo(row);
        assertThat(reader.lookUp(row, all, RowMask.NONE).get(2)).isEqualTo(row / 8.0);
        if (i % 100 == 0) {
          assertThat(readers.counters().cachedBytes()).isBetween(1L, bound);
        }
      }
    }
  }

  @Test
  void hotRowsAreKeptAlthoughTheStretchesTheyAreScatteredOverDoNotFit() {
    WrittenFile file = write("f");
    CacheOptions options = CacheOptions.defaults().withPageBytes(300_000);
    try (DataFileReaders readers = new DataFileReaders(storage, options);
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
      Random random = seeds.random();
      int lookUps = 2_000;
      for (int i = 0; i < 10 * lookUps; i++) {
        reader.lookUp(100L * random.nextInt(ROWS / 100), all, RowMask.NONE);
      }
      ReadCounters warm = readers.counters();
      for (int i = 0; i < lookUps; i++) {
        int row = random.nextInt(ROWS / 100) * 100;
        assertThat(reader.lookUp(row, all, RowMask.NONE).get(2)).isEqualTo(row / 8.0);
      }
      assertThat(readers.counters().since(warm).pagesDecoded()).isLessThan(lookUps / 5);
    }
  }

  @Test
  void aFullScanLeavesTheCacheAlone() {
    WrittenFile file = write("f");
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
      drain(reader.scan(Projection.all(TABLE), 0, ROWS, null));
      assertThat(readers.counters().cachedPages()).isZero();
    }
  }

  @Test
  void aPinnedFileIsReadAfterItIsDeletedForgottenAndClosed() throws IOException {
    WrittenFile file = write("f");
    DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
    DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE);
    RowScan scan = reader.scan(Projection.all(TABLE), 0, ROWS, null);
    Files.delete(Path.of(file.path()));
    readers.forget(file.path());
    readers.close();
    assertThat(reader.find(TABLE.keys().encode(10L))).isEqualTo(5);
    reader.close();
    reader.close();
    assertThatThrownBy(() -> reader.find(TABLE.keys().encode(10L)))
        .isInstanceOf(ClosedException.class);
    assertThat(drain(scan)).hasSize(ROWS);
    assertThatThrownBy(scan::next).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> readers.open(file.path(), file.lengthBytes(), TABLE))
        .isInstanceOf(ClosedException.class);
  }

  @Test
  void aFileIsOpenedOnceWhileItIsKeptAndAgainWhenNot() {
    WrittenFile file = write("f");
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults())) {
      for (int i = 0; i < 5; i++) {
        readers.open(file.path(), file.lengthBytes(), TABLE).close();
      }
      assertThat(readers.counters().filesOpened()).isEqualTo(1);
    }
    CacheOptions nothing = CacheOptions.defaults().withOpenFiles(0);
    try (DataFileReaders readers = new DataFileReaders(storage, nothing)) {
      for (int i = 0; i < 5; i++) {
        try (DataFileReader reader = readers.open(file.path(), file.lengthBytes(), TABLE)) {
          assertThat(reader.find(TABLE.keys().encode(10L))).isEqualTo(5);
        }
      }
      assertThat(readers.counters().filesOpened()).isEqualTo(5);
    }
  }

  @Test
  void aMissingFileIsAStorageError() {
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults())) {
      assertThatThrownBy(() -> readers.open(directory.resolve("none").toString(), 100, TABLE))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("none");
    }
  }

  @Test
  void manyThreadsShareFilesAndTheCache() throws Exception {
    List<WrittenFile> files = List.of(write("a"), write("b"), write("c"));
    CacheOptions options = new CacheOptions(300_000, 100_000, 2);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (DataFileReaders readers = new DataFileReaders(storage, options)) {
      List<Future<?>> results = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Random random = seeds.random(t);
        results.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 2000; i++) {
                    WrittenFile file = files.get(random.nextInt(3));
                    int row = random.nextInt(ROWS);
                    try (DataFileReader reader =
                        readers.open(file.path(), file.lengthBytes(), TABLE)) {
                      assertThat(reader.find(TABLE.keys().encode(2L * row))).isEqualTo(row);
                      assertThat(reader.lookUp(row, all, RowMask.NONE).get(2)).isEqualTo(row / 8.0);
                    }
                  }
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void batchesAreBoundedInBytes() {
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.IntegerType.get()),
            NestedField.optional(2, "s", Types.StringType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1));
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Record row = GenericRecord.create(schema);
      row.set(0, i);
      row.set(1, "x".repeat(i % 10 == 0 ? 1 << 20 : 200_000));
      rows.add(row);
    }
    WrittenFile file =
        RandomTables.write(
            storage, directory.resolve("big").toString(), table, rows, WriterOptions.forLookups());
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), table)) {
      Projection all = Projection.all(table);
      List<Object> read = new ArrayList<>();
      try (RowScan scan = reader.scan(all, 0, 60, null)) {
        while (scan.next()) {
          assertThat(scan.batch().bytes()).isLessThan(9 << 20);
          for (int i = 0; i < scan.batch().rowCount(); i++) {
            read.add(GenericValues.comparable(scan.batch().record(i)));
          }
        }
      }
      assertThat(read).isEqualTo(comparable(rows));
      assertThat(
              DataFileReaderTest.drainReverse(reader.scanReverse(all, 0, 60, null, RowMask.NONE)))
          .isEqualTo(comparable(rows));
    }
  }
}
