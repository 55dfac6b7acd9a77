package io.firn.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Compresses the pages of one file. Not safe for use by several threads. Closing releases native
 * memory.
 */
final class PageCompressor implements Closeable {

  /** How the bytes of a column are stored. */
  enum Method {
    NONE(WriterOptions.Compression.NONE),
    SNAPPY(WriterOptions.Compression.SNAPPY),
    ZSTD(WriterOptions.Compression.ZSTD),

    /** Zstandard that leaves bytes as they are which it finds no match for: faster to read. */
    ZSTD_FAST(WriterOptions.Compression.ZSTD);

    private final WriterOptions.Compression codec;

    Method(WriterOptions.Compression codec) {
      this.codec = codec;
    }

    /** What readers have to know of it. */
    WriterOptions.Compression codec() {
      return codec;
    }
  }

  /** The best ratio that does not slow a writer below what its encoders deliver. */
  private static final int ZSTD_LEVEL = 1;

  private static final int ZSTD_FAST_LEVEL = -1;

  private final Method method;
  private final @Nullable ZstdCompressCtx zstd;
  private final @Nullable ZstdCompressCtx zstdFast;
  private byte[] scratch = new byte[0];

  PageCompressor(WriterOptions.Compression compression) {
    boolean zstandard = compression == WriterOptions.Compression.ZSTD;
    this.method = Method.valueOf(compression.name());
    this.zstd = zstandard ? new ZstdCompressCtx().setLevel(ZSTD_LEVEL) : null;
    this.zstdFast = zstandard ? new ZstdCompressCtx().setLevel(ZSTD_FAST_LEVEL) : null;
  }

  /** How the file's columns are compressed where that saves space. */
  Method method() {
    return method;
  }

  /**
   * The compressed bytes, in an array of exactly their length.
   *
   * @param how the file's {@link #method}, a faster form of it, or none
   */
  byte[] compress(Method how, byte[] source, int length) throws IOException {
    switch (how) {
      case SNAPPY -> {
        reserve(Snappy.maxCompressedLength(length));
        return Arrays.copyOf(scratch, Snappy.compress(source, 0, length, scratch, 0));
      }
      case ZSTD, ZSTD_FAST -> {
        reserve(Math.toIntExact(Zstd.compressBound(length)));
        ZstdCompressCtx context = how == Method.ZSTD ? zstd : zstdFast;
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
    if (zstdFast != null) {
      zstdFast.close();
    }
  }
}
