package io.firn.format;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.CorruptionException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Parquet's footer and page indexes have no checksum but the one in Firn's index. */
class SectionTailTest {

  @TempDir Path directory;
  @RegisterExtension final Seeds seeds = new Seeds();
  private final Storage storage = new LocalStorage();

  @Test
  void everyFlippedBitBehindTheIndexIsFoundByACheckOfTheFile() throws IOException {
    Path file = directory.resolve("file-17");
    TableSchema table =
        TableSchema.of(
            new Schema(
                NestedField.required(1, "k", Types.LongType.get()),
                NestedField.optional(2, "v", Types.StringType.get())),
            List.of(1));
    ColumnBatch rows = ColumnBatch.of(table.schema());
    for (int i = 0; i < 1_000; i++) {
      ((LongColumn) rows.column(0)).append(i);
      rows.column(1).appendValue(i % 3 == 0 ? null : "value " + i % 7);
    }
    try (DataFileWriter writer =
        DataFileWriter.create(storage, file.toString(), table, WriterOptions.forScans())) {
      writer.write(rows);
      writer.finish();
    }
    byte[] bytes = Files.readAllBytes(file);
    int behind;
    try (InputFileHandle handle = storage.open(file.toString())) {
      IndexLocator locator = IndexLocator.find(handle);
      behind = (int) locator.offset() + locator.length();
    }
    ParquetCheck.check(storage, file.toString(), bytes.length);
    Random random = seeds.random();
    for (int i = 0; i < 300; i++) {
      byte[] damaged = bytes.clone();
      int at = behind + random.nextInt(bytes.length - behind);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      if (hasIndex(file)) {
        assertThatThrownBy(() -> ParquetCheck.check(storage, file.toString(), bytes.length))
            .as("byte %d of %d", at, bytes.length)
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining("file-17");
      }
    }
  }

  /** Damage to the name of the index leaves a file like another engine's. */
  private boolean hasIndex(Path file) throws IOException {
    try (InputFileHandle handle = storage.open(file.toString())) {
      return IndexLocator.find(handle) != null;
    } catch (CorruptionException e) {
      return true;
    }
  }
}
