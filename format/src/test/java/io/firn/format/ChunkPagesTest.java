package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongSupplier;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which form of Zstandard a column gets. */
class ChunkPagesTest {

  private static final int PAGES = 20;
  private static final int ROWS = 1024;

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void numbersMostOfWhoseBytesAreAlikeAreStoredForFastReading() throws IOException {
    Random random = seeds.random();
    Sizes sizes = write(() -> Double.doubleToLongBits(random.nextInt(1 << 20) / 8.0));
    assertThat(sizes.fast).isGreaterThan(sizes.small);
    assertThat(sizes.stored).isEqualTo(sizes.fast);
  }

  @Test
  void numbersThatWouldTakeAnEighthMoreAreNot() throws IOException {
    Random random = seeds.random();
    Sizes sizes = write(() -> (1_700_000_000L + random.nextInt(1 << 28)) * 1_000_000);
    assertThat(sizes.fast).isGreaterThan(sizes.small + sizes.small / 8);
    assertThat(sizes.stored).isEqualTo(sizes.small);
  }

  /** The bytes of all pages: as stored, and by either form. */
  private record Sizes(long stored, long small, long fast) {}

  private static Sizes write(LongSupplier values) throws IOException {
    MessageType type =
        Types.buildMessage().required(PrimitiveTypeName.INT64).named("n").named("table");
    ColumnDescriptor column = type.getColumns().get(0);
    long small = 0;
    long fast = 0;
    try (PageCompressor compressor = new PageCompressor(WriterOptions.Compression.ZSTD)) {
      ChunkPages chunk = new ChunkPages(column, compressor);
      for (int page = 0; page < PAGES; page++) {
        ByteBuilder body = new ByteBuilder();
        for (int row = 0; row < ROWS; row++) {
          body.putLongLittle(values.getAsLong());
        }
        byte[] bytes = Arrays.copyOf(body.array(), body.length());
        small += Zstd.compress(bytes, 1).length;
        fast += Zstd.compress(bytes, -1).length;
        chunk.addPiece(body, ROWS, PageEncoding.PLAIN, 0, null);
      }
      return new Sizes(chunk.bytes(), small, fast);
    }
  }
}
