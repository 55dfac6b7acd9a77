package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.CorruptionException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DataFileIndexTest {

  private static final int ROWS = 500;

  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path directory;

  private final LocalStorage storage = new LocalStorage();
  private Path file;
  private byte[] section;
  private IndexLocator locator;

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("file-17");
    TableSchema table =
        TableSchema.of(
            new Schema(
                NestedField.required(1, "k", Types.LongType.get()),
                NestedField.optional(2, "v", Types.StringType.get())),
            List.of(1));
    ColumnBatch rows = ColumnBatch.of(table.schema());
    for (int i = 0; i < ROWS; i++) {
      ((LongColumn) rows.column(0)).append(i);
      rows.column(1).appendValue(i % 3 == 0 ? null : "value " + i % 7);
    }
    WriterOptions options = WriterOptions.forScans().withPages(1024, 64).withRowGroups(4096, 200);
    try (DataFileWriter writer = DataFileWriter.create(storage, file.toString(), table, options)) {
      writer.write(rows);
      writer.finish();
    }
    try (InputFileHandle handle = storage.open(file.toString())) {
      locator = IndexLocator.find(handle);
      section = new byte[locator.length()];
      handle.readFully(locator.offset(), section, 0, section.length);
    }
  }

  @Test
  void everyFlippedBitIsFound() {
    for (int bit = 0; bit < section.length * 8; bit++) {
      byte[] damaged = section.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> DataFileIndex.parse(damaged, "file-17", 100))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("file");
    }
  }

  @Test
  void aFileUnderAnotherNameIsRefused() {
    assertThatThrownBy(() -> DataFileIndex.parse(section, "/data/file-2", 100))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("this is the file file-17 under another name");
    assertThat(DataFileIndex.parse(section, "/elsewhere/file-17", 100).rowCount()).isEqualTo(ROWS);
    assertThat(DataFileIndex.parse(section, "/data/a copy", 100).rowCount()).isEqualTo(ROWS);
  }

  @Test
  void everyTruncationIsFound() {
    for (int length = 0; length < section.length; length++) {
      byte[] cut = Arrays.copyOf(section, length);
      assertThatThrownBy(() -> DataFileIndex.parse(cut, "file-17", 100))
          .isInstanceOf(CorruptionException.class);
    }
  }

  @Test
  void impossibleContentUnderARightChecksumIsCorruptionAndNothingElse() {
    Random random = seeds.random();
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = section.clone();
      for (int d = random.nextInt(3); d >= 0; d--) {
        damaged[16 + random.nextInt(damaged.length - 16)] = (byte) random.nextInt();
      }
      CRC32C crc = new CRC32C();
      crc.update(damaged, 12, damaged.length - 12);
      for (int b = 0; b < 4; b++) {
        damaged[8 + b] = (byte) (crc.getValue() >>> (8 * b));
      }
      try {
        DataFileIndex.parse(damaged, "file-17", 100);
      } catch (CorruptionException expected) {
        // Anything else would fail the test.
      }
    }
  }

  @Test
  void aFileOfAnotherWriterHasNoIndex() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] key = DataFileIndex.FOOTER_KEY.getBytes(StandardCharsets.US_ASCII);
    for (int i = bytes.length - key.length; i >= 0; i--) {
      if (Arrays.equals(bytes, i, i + key.length, key, 0, key.length)) {
        bytes[i] = 'x';
      }
    }
    Files.write(file, bytes);
    try (InputFileHandle handle = storage.open(file.toString())) {
      assertThat(DataFileIndex.read(handle)).isNull();
    }
  }

  @Test
  void theIndexOfAVeryWideFileIsFound() throws IOException {
    List<NestedField> columns = new ArrayList<>();
    columns.add(NestedField.required(1, "k", Types.LongType.get()));
    for (int id = 2; id < 3000; id++) {
      columns.add(NestedField.optional(id, "c" + id, Types.IntegerType.get()));
    }
    TableSchema table = TableSchema.of(new Schema(columns), List.of(1));
    ColumnBatch rows = ColumnBatch.of(table.schema());
    ((LongColumn) rows.column(0)).append(1);
    for (int i = 1; i < rows.columnCount(); i++) {
      rows.column(i).appendNull();
    }
    String path = directory.resolve("wide").toString();
    try (DataFileWriter writer =
        DataFileWriter.create(storage, path, table, WriterOptions.forScans())) {
      writer.write(rows);
      writer.finish();
    }
    try (InputFileHandle handle = storage.open(path)) {
      assertThat(DataFileIndex.read(handle).columns()).hasSize(columns.size());
    }
  }

  @Test
  void aFileThatIsNotParquetIsCorruption() throws IOException {
    for (byte[] content :
        List.of(new byte[0], new byte[100], "PAR1".repeat(4).getBytes(StandardCharsets.US_ASCII))) {
      Files.write(file, content);
      try (InputFileHandle handle = storage.open(file.toString())) {
        assertThatThrownBy(() -> DataFileIndex.read(handle))
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining(file.toString());
      }
    }
  }

  @Test
  void theFilterIsParquetsOwn() {
    Random random = seeds.random();
    BlockSplitBloomFilter parquet = new BlockSplitBloomFilter(1024);
    long[] hashes = new long[500];
    KeyHashes added = new KeyHashes();
    for (int i = 0; i < hashes.length; i++) {
      byte[] key = new byte[random.nextInt(100)];
      random.nextBytes(key);
      hashes[i] = KeyProbe.of(key).hash();
      assertThat(hashes[i]).isEqualTo(parquet.hash(Binary.fromConstantByteArray(key)));
      parquet.insertHash(hashes[i]);
      added.add(hashes[i]);
    }
    KeyFilter ours = added.filter(1024 * 8 / hashes.length);
    assertThat(ours.blocks()).isEqualTo(32);
    int passed = 0;
    for (int i = 0; i < 20_000; i++) {
      long hash = random.nextLong();
      assertThat(ours.mayContain(KeyProbe.of(hash))).isEqualTo(parquet.findHash(hash));
      passed += ours.mayContain(KeyProbe.of(hash)) ? 1 : 0;
    }
    assertThat(passed).isLessThan(400);
    for (long hash : hashes) {
      assertThat(ours.mayContain(KeyProbe.of(hash))).isTrue();
    }
  }
}
