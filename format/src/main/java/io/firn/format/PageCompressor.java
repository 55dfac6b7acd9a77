package io.firn.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Compresses the pages of one file. Not safe for use by several threads. Closing releases native
 * memory.
 */
final class PageCompressor implements Closeable {

  /** The best ratio that does not slow a writer below what its encoders deliver. */
  private static final int ZSTD_LEVEL = 1;

  private final WriterOptions.Compression compression;
  private final @Nullable ZstdCompressCtx zstd;
  private byte[] scratch = new byte[0];

  PageCompressor(WriterOptions.Compression compression) {
    this.compression = compression;
    if (compression == WriterOptions.Compression.ZSTD) {
      zstd = new ZstdCompressCtx();
      zstd.setLevel(ZSTD_LEVEL);
    } else {
      zstd = null;
    }
  }

  /** How the file's columns are compressed where that saves space. */
  WriterOptions.Compression compression() {
    return compression;
  }

  static CompressionCodecName parquetName(WriterOptions.Compression compression) {
    return switch (compression) {
      case NONE -> CompressionCodecName.UNCOMPRESSED;
      case SNAPPY -> CompressionCodecName.SNAPPY;
      case ZSTD -> CompressionCodecName.ZSTD;
    };
  }

  /**
   * The compressed bytes, in an array of exactly their length.
   *
   * @param how the file's {@link #compression}, or none
   */
  byte[] compress(WriterOptions.Compression how, byte[] source, int length) throws IOException {
    switch (how) {
      case SNAPPY -> {
        reserve(Snappy.maxCompressedLength(length));
        return Arrays.copyOf(scratch, Snappy.compress(source, 0, length, scratch, 0));
      }
      case ZSTD -> {
        reserve(Math.toIntExact(Zstd.compressBound(length)));
        ZstdCompressCtx context = zstd;
        if (context == null) {
          throw new IllegalStateException("The file is not compressed by " + how);
        }
        return Arrays.copyOf(
            scratch, context.compressByteArray(scratch, 0, scratch.length, source, 0, length));
      }
      default -> {
        return Arrays.copyOf(source, length);
      }
    }
  }

  private void reserve(int length) {
    if (scratch.length < length) {
      scratch = new byte[length];
    }
  }

  @Override
  public void close() {
    if (zstd != null) {
      zstd.close();
    }
  }
}
