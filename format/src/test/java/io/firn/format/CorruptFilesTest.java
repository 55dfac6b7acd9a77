package io.firn.format;

import static io.firn.format.RandomTables.comparable;
import static io.firn.format.RandomTables.drain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.CorruptionException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class CorruptFilesTest {

  private static final TableSchema TABLE =
      TableSchema.of(
          new Schema(
              NestedField.required(1, "k", Types.LongType.get()),
              NestedField.optional(2, "s", Types.StringType.get()),
              NestedField.optional(3, "d", Types.DoubleType.get()),
              NestedField.optional(4, "l", Types.ListType.ofOptional(5, Types.IntegerType.get()))),
          List.of(1));

  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path directory;

  private final LocalStorage storage = new LocalStorage();

  @Test
  void aFlippedBitIsNamedOrChangesNothing() throws IOException {
    Random random = seeds.random();
    NavigableMap<byte[], Record> rows = RandomTables.rows(TABLE, random, 400);
    List<Object> expected = comparable(rows.values());
    for (WriterOptions.Compression compression : WriterOptions.Compression.values()) {
      WrittenFile written =
          RandomTables.write(
              storage,
              directory.resolve("f" + compression).toString(),
              TABLE,
              rows.values(),
              WriterOptions.forScans().withCompression(compression).withPages(1024, 100));
      byte[] good = Files.readAllBytes(Path.of(written.path()));
      Path damaged = directory.resolve("damaged");
      int named = 0;
      for (int i = 0; i < 700; i++) {
        int bit = random.nextInt(good.length * 8);
        byte[] bad = good.clone();
        bad[bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(damaged, bad);
        if (isNamed(damaged, rows, expected, "bit " + bit % 8 + " of byte " + bit / 8)) {
          named++;
        }
      }
      assertThat(named).isGreaterThan(400);
    }
  }

  /** Whether an error named the damage; otherwise everything must have been read as it was. */
  private boolean isNamed(
      Path file, NavigableMap<byte[], Record> rows, List<Object> expected, String what)
      throws IOException {
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.toString(), Files.size(file), TABLE)) {
      List<Object> read = drain(reader.scan(Projection.all(TABLE), 0, reader.rowCount(), null));
      assertThat(read).as(what).isEqualTo(expected);
      long position = 0;
      for (byte[] key : rows.keySet()) {
        assertThat(reader.find(key)).as(what).isEqualTo(position++);
      }
      return false;
    } catch (CorruptionException e) {
      assertThat(e.file()).isEqualTo(file.toString());
      return true;
    }
  }

  @Test
  void randomBytesAreNoPageHeaderAndNeverMoreThanAnError() {
    Random random = seeds.random();
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      try {
        PageHeader header = PageHeaderParser.parse(bytes, 0, bytes.length);
        assertThat(header.compressedBytes()).isBetween(0, PageHeader.MAX_PAGE_BYTES);
      } catch (MalformedPageException expected) {
        assertThat(expected).hasMessageContaining("page");
      }
    }
  }

  @Test
  void aTruncatedFileIsCorrupt() throws IOException {
    Random random = seeds.random();
    NavigableMap<byte[], Record> rows = RandomTables.rows(TABLE, random, 100);
    WrittenFile written =
        RandomTables.write(
            storage,
            directory.resolve("whole").toString(),
            TABLE,
            rows.values(),
            WriterOptions.forLookups());
    byte[] good = Files.readAllBytes(Path.of(written.path()));
    Path cut = directory.resolve("cut");
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults())) {
      List<Integer> lengths = new ArrayList<>(List.of(0, 1, 11, 12, good.length - 1));
      for (int i = 0; i < 30; i++) {
        lengths.add(random.nextInt(good.length));
      }
      for (int length : lengths) {
        Files.write(cut, Arrays.copyOf(good, length));
        assertThatThrownBy(() -> readers.open(cut.toString(), length, TABLE))
            .as("length %s", length)
            .isInstanceOf(CorruptionException.class);
      }
    }
  }
}
