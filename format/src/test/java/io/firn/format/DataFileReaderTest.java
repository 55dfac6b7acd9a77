package io.firn.format;

import static io.firn.format.RandomTables.comparable;
import static io.firn.format.RandomTables.drain;
import static org.assertj.core.api.Assertions.assertThat;

import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DataFileReaderTest {

  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path directory;

  private final LocalStorage storage = new LocalStorage();
  private final DataFileReaders readers =
      new DataFileReaders(storage, CacheOptions.defaults().withPageBytes(1 << 20));

  @AfterEach
  void close() {
    readers.close();
  }

  @Test
  void whatWasWrittenIsReadByScanByPositionAndByKeyForAnySchema() {
    Random random = seeds.random();
    for (int round = 0; round < 40; round++) {
      TableSchema table = RandomTables.table(random, 2);
      NavigableMap<byte[], Record> rows =
          RandomTables.rows(table, random, 1 + random.nextInt(round % 4 == 0 ? 3000 : 300));
      WrittenFile file =
          RandomTables.write(
              storage,
              directory.resolve("f" + round).toString(),
              table,
              rows.values(),
              RandomTables.options(random));
      try (DataFileReader reader = readers.open(file.path(), file.lengthBytes(), table)) {
        assertThat(reader.hasIndex()).isTrue();
        checkReader(reader, table, rows, random);
      }
    }
  }

  /** Compares everything a reader of a sorted file says with the rows that are in it. */
  static void checkReader(
      DataFileReader reader, TableSchema table, NavigableMap<byte[], Record> rows, Random random) {
    Projection all = Projection.all(table);
    List<Object> expected = comparable(rows.values());
    int count = expected.size();
    assertThat(reader.sorted()).isTrue();
    assertThat(reader.rowCount()).isEqualTo(count);
    assertThat(reader.firstKey()).isEqualTo(rows.firstKey());
    assertThat(reader.lastKey()).isEqualTo(rows.lastKey());
    assertThat(drain(reader.scan(all, 0, count, null))).isEqualTo(expected);
    int from = random.nextInt(count + 1);
    int to = from + random.nextInt(count - from + 1);
    assertThat(drain(reader.scan(all, from, to, null))).isEqualTo(expected.subList(from, to));
    assertThat(drainReverse(reader.scanReverse(all, from, to, null, RowMask.NONE)))
        .isEqualTo(expected.subList(from, to));
    checkKeys(reader, table, rows, random);
    RowMask deleted = RandomMasks.mask(random, count);
    for (int i = 0; i < 60; i++) {
      int position = random.nextInt(Math.min(count, 30));
      assertThat(GenericValues.comparable(reader.read(position, all)))
          .isEqualTo(expected.get(position));
      // Also what a block of rows leaves out because it is deleted: an older snapshot may want it.
      assertThat(GenericValues.comparable(reader.lookUp(position, all, deleted)))
          .isEqualTo(expected.get(position));
    }
    // Scans find rows in memory now, not all of them.
    assertThat(drain(reader.scan(all, from, to, null))).isEqualTo(expected.subList(from, to));
    assertThat(drainReverse(reader.scanReverse(all, from, to, null, RowMask.NONE)))
        .isEqualTo(expected.subList(from, to));
    RowMask more = RandomMasks.mask(random, count);
    for (RowMask mask : List.of(deleted, more, RowMask.NONE)) {
      Map<Long, Object> live = new TreeMap<>();
      for (int position = from; position < to; position++) {
        if (!mask.contains(position)) {
          live.put((long) position, expected.get(position));
        }
      }
      assertThat(live(reader.scan(all, from, to, null, mask), mask)).isEqualTo(live);
      assertThat(live(reader.scanReverse(all, from, to, null, mask), mask)).isEqualTo(live);
    }
  }

  /** The rows that are not masked, by position. */
  private static Map<Long, Object> live(RowScan scan, RowMask mask) {
    Map<Long, Object> live = new TreeMap<>();
    try (scan) {
      while (scan.next()) {
        for (int i = 0; i < scan.batch().rowCount(); i++) {
          if (!mask.contains(scan.position(i))) {
            live.put(scan.position(i), GenericValues.comparable(scan.batch().record(i)));
          }
        }
      }
    }
    return live;
  }

  private static void checkKeys(
      DataFileReader reader, TableSchema table, NavigableMap<byte[], Record> rows, Random random) {
    List<byte[]> present = new ArrayList<>(rows.keySet());
    TreeMap<byte[], Long> positions = new TreeMap<>(KeyCodec::compare);
    for (byte[] key : present) {
      positions.put(key, (long) positions.size());
    }
    NavigableMap<byte[], Record> wanted = RandomTables.rows(table, random, random.nextInt(100));
    for (int i = random.nextInt(present.size() + 1); i > 0; i--) {
      wanted.put(present.get(random.nextInt(present.size())), rows.firstEntry().getValue());
    }
    KeyList keys = new KeyList();
    List<List<Long>> found = new ArrayList<>();
    List<List<Long>> expected = new ArrayList<>();
    for (byte[] key : wanted.keySet()) {
      Long position = positions.get(key);
      assertThat(reader.find(key)).isEqualTo(position == null ? -1 : position);
      byte[] ceiling = positions.ceilingKey(key);
      assertThat(reader.lowerBound(key))
          .isEqualTo(ceiling == null ? present.size() : positions.get(ceiling));
      if (position != null) {
        expected.add(List.of((long) keys.size(), position));
      }
      keys.add(key);
    }
    reader.find(
        keys, 0, keys.size(), (index, position) -> found.add(List.of((long) index, position)));
    assertThat(found).isEqualTo(expected);
  }

  /** All rows in file order of a scan whose batches come from the end; the scan is closed. */
  static List<Object> drainReverse(RowScan scan) {
    List<List<Object>> batches = new ArrayList<>();
    try (scan) {
      while (scan.next()) {
        List<Object> batch = new ArrayList<>();
        for (int i = 0; i < scan.batch().rowCount(); i++) {
          batch.add(GenericValues.comparable(scan.batch().record(i)));
        }
        batches.add(batch);
      }
    }
    Collections.reverse(batches);
    return batches.stream().flatMap(List::stream).toList();
  }
}
