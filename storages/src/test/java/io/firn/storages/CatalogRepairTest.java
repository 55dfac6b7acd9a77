package io.firn.storages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.engine.FileInfo;
import io.firn.engine.FirnTable;
import io.firn.engine.TableRepair;
import io.firn.engine.TableVerifier;
import io.firn.engine.VerifyReport;
import io.firn.error.InvalidArgumentException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.LocalStorage;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the engine's tests prove of repairs of tables in directories holds for tables in catalogs,
 * on local files, HDFS and S3: the metadata that a repair commits goes the catalog's way, the files
 * it writes go the file system's, and what it takes out stays beside them. On HDFS, where every
 * small file takes long, files are repaired once and metadata once.
 */
class CatalogRepairTest {

  private static final int FLUSHES = 3;
  private static final int KEYS = 20;

  private static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "id", Types.LongType.get()),
          NestedField.required(2, "name", Types.StringType.get()));

  @TempDir Path directory;
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  private String local() {
    return directory.resolve("local").toString();
  }

  private FirnTable.Builder builder(Place place) {
    return FirnTable.builder()
        .location(place.location(directory))
        .localDirectory(local())
        .schema(SCHEMA)
        .key("id")
        .option("compaction-workers", "0")
        .option("flush-interval-millis", "1h");
  }

  /** Flushes of keys of their own; the files in the order of the flushes. */
  private List<String> fill(Place place) {
    try (FirnTable table = builder(place).open()) {
      for (long flush = 0; flush < FLUSHES; flush++) {
        for (long key = 0; key < KEYS; key++) {
          table.put(row(flush * KEYS + key));
        }
        table.flush();
      }
      return table.files().stream()
          .sorted(Comparator.comparingLong(FileInfo::dataSequenceNumber))
          .map(FileInfo::path)
          .toList();
    }
  }

  private static Record row(long id) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    row.setField("name", "name " + id);
    return row;
  }

  /** Rows of the flushes from one up to another. */
  private static List<Record> rows(int from, int to) {
    List<Record> rows = new ArrayList<>();
    for (long key = (long) from * KEYS; key < (long) to * KEYS; key++) {
      rows.add(row(key));
    }
    return rows;
  }

  private static List<Record> rows(FirnTable table) throws IOException {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = table.scan().records()) {
      records.forEach(rows::add);
    }
    return rows;
  }

  private void assertRepaired(Place place, TableStore store, List<Record> expected, long lost)
      throws IOException {
    TableLocation location = place.location(directory);
    assertThat(verify(location).sound()).isFalse();
    Map<String, Long> before = lengths(store);
    TableRepair repair = new TableRepair(location, new LocalStorage(), local());
    assertThat(repair.plan().lost()).isEqualTo(lost);
    assertThatThrownBy(() -> repair.run(lost + 1)).isInstanceOf(InvalidArgumentException.class);
    assertThat(lengths(store)).as("files after a refused repair").isEqualTo(before);
    assertThat(repair.run(lost).lost()).isEqualTo(lost);
    assertThat(repair.plan().steps()).isEmpty();
    assertThat(verify(location).findings()).isEmpty();
    try (FirnTable table = builder(place).open()) {
      assertThat(rows(table)).isEqualTo(expected);
      table.put(row(1_000_000));
      table.flush();
      assertThat(table.get(1_000_000L)).contains(row(1_000_000));
    }
  }

  private static VerifyReport verify(TableLocation location) {
    return TableVerifier.verify(
        location, new LocalStorage(), TableVerifier.Depth.EVERYTHING, (done, total) -> {});
  }

  private TableStore opened(Place place) {
    return TableStore.open(place.location(directory), new LocalStorage());
  }

  /** The table's files, wherever they are, with their lengths. */
  private static Map<String, Long> lengths(TableStore store) throws IOException {
    Map<String, Long> lengths = new TreeMap<>();
    for (String part : List.of("data", "metadata")) {
      for (Storage.FileStatus file :
          store.files().list(StoragePaths.join(store.location(), part))) {
        lengths.put(file.path(), file.length());
      }
    }
    return lengths;
  }

  private static byte[] read(Storage files, String path) throws IOException {
    try (InputFileHandle file = files.open(path)) {
      byte[] bytes = new byte[Math.toIntExact(file.length())];
      file.readFully(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  /**
   * Flips a bit of a file.
   *
   * @param at the byte; negative if counted from the end
   */
  private static void flip(Storage files, String path, int at) throws IOException {
    byte[] bytes = read(files, path);
    bytes[at < 0 ? bytes.length + at : at] ^= 1 << 4;
    files.delete(path);
    try (OutputFileHandle file = files.create(path)) {
      file.write(bytes, 0, bytes.length);
      file.sync();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HDFS_JDBC")
  void aDamagedEndOfADataFileIsRebuilt(Place place) throws IOException {
    String file = fill(place).get(1);
    try (TableStore store = opened(place)) {
      flip(store.files(), file, -1);
      assertRepaired(place, store, rows(0, FLUSHES), 0);
      assertThat(lengths(store)).as("kept aside").containsKey(file + ".damaged");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "HDFS_.*")
  void aDamagedPageOfADataFileIsGivenUpWithItsRows(Place place) throws IOException {
    String file = fill(place).get(1);
    List<Record> others = rows(0, 1);
    others.addAll(rows(2, FLUSHES));
    try (TableStore store = opened(place)) {
      flip(store.files(), file, 60);
      assertRepaired(place, store, others, KEYS);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "HDFS_.*")
  void aMissingDataFileIsGivenUpWithItsRows(Place place) throws IOException {
    String file = fill(place).get(0);
    try (TableStore store = opened(place)) {
      store.files().delete(file);
      assertRepaired(place, store, rows(1, FLUSHES), KEYS);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HDFS_JDBC")
  void aDamagedManifestListGoesBackToTheSnapshotBefore(Place place) throws IOException {
    fill(place);
    try (TableStore store = opened(place)) {
      String newest = "snap-" + store.version().snapshotId();
      String list =
          lengths(store).keySet().stream()
              .filter(path -> StoragePaths.name(path).startsWith(newest))
              .findFirst()
              .orElseThrow();
      flip(store.files(), list, 100);
      assertRepaired(place, store, rows(0, FLUSHES - 1), KEYS);
    }
  }
}
