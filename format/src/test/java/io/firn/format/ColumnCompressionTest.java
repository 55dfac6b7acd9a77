package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which columns are worth compressing. Values are drawn from so many different bytes that no part
 * of them repeats, and that Zstandard saves what a value's entropy lacks in eight bits.
 */
class ColumnCompressionTest {

  private static final int LENGTH = 400;
  private static final int ROWS = 1_500;

  /** Saves a fifth: more than an eighth, less than a quarter. */
  private static final int FIFTH = 84;

  /** Saves a third. */
  private static final int THIRD = 40;

  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path directory;

  @Test
  void textsAreCompressedWhereThatSavesAQuarterAndOthersAnEighth() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "id", Types.LongType.get()),
            NestedField.required(2, "textOf84", Types.StringType.get()),
            NestedField.required(3, "textOf40", Types.StringType.get()),
            NestedField.required(4, "fixedOf84", Types.FixedType.ofLength(LENGTH)),
            NestedField.required(5, "fixedOf256", Types.FixedType.ofLength(LENGTH)));
    Map<String, CompressionCodecName> codecs = codecs(TableSchema.of(schema, List.of(1)));
    assertThat(codecs)
        .containsEntry("textOf84", CompressionCodecName.UNCOMPRESSED)
        .containsEntry("textOf40", CompressionCodecName.ZSTD)
        .containsEntry("fixedOf84", CompressionCodecName.ZSTD)
        .containsEntry("fixedOf256", CompressionCodecName.UNCOMPRESSED);
  }

  private Map<String, CompressionCodecName> codecs(TableSchema table) throws IOException {
    Random random = seeds.random();
    String path = directory.resolve("file").toString();
    try (DataFileWriter writer =
        DataFileWriter.create(new LocalStorage(), path, table, WriterOptions.forScans())) {
      ColumnBatch batch = ColumnBatch.of(table.schema());
      for (long id = 0; id < ROWS; id++) {
        Record row = GenericRecord.create(table.schema());
        row.set(0, id);
        row.set(1, new String(bytes(random, FIFTH), StandardCharsets.US_ASCII));
        row.set(2, new String(bytes(random, THIRD), StandardCharsets.US_ASCII));
        row.set(3, bytes(random, FIFTH));
        row.set(4, bytes(random, 256));
        batch.append(row);
      }
      writer.write(batch);
      WrittenFile ignored = writer.finish();
    }
    Map<String, CompressionCodecName> codecs = new HashMap<>();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(Path.of(path)))) {
      for (ColumnChunkMetaData chunk : reader.getFooter().getBlocks().get(0).getColumns()) {
        codecs.put(chunk.getPath().toDotString(), chunk.getCodec());
      }
    }
    return codecs;
  }

  private static byte[] bytes(Random random, int different) {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
    while (bytes.hasRemaining()) {
      bytes.put((byte) (' ' + random.nextInt(different)));
    }
    return bytes.array();
  }
}
