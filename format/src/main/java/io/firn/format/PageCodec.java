package io.firn.format;

import com.github.luben.zstd.ZstdDecompressCtx;
import io.firn.error.UnsupportedFeatureException;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Decompresses pages. Zstandard contexts are pooled, because making one costs more than
 * decompressing a small page. Safe for use by several threads; closing releases the native memory
 * and is for after the last page.
 */
final class PageCodec implements AutoCloseable {

  private static final int MAX_POOLED = 16;

  private final ConcurrentLinkedQueue<ZstdDecompressCtx> contexts = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pooled = new AtomicInteger();
  private volatile boolean closed;

  /**
   * Decompresses {@code source[from, to)} to exactly {@code length} bytes of {@code target} at
   * {@code at}.
   *
   * @throws MalformedPageException if the bytes are not a compressed page of that length
   */
  void decompress(
      CompressionCodecName codec,
      byte[] source,
      int from,
      int to,
      byte[] target,
      int at,
      int length) {
    int got;
    try {
      got =
          switch (codec) {
            case ZSTD -> zstd(source, from, to, target, at, length);
            case SNAPPY -> snappy(source, from, to, target, at, length);
            default -> library(codec, source, from, to, target, at, length);
          };
    } catch (IOException e) {
      throw new MalformedPageException(codec + " cannot decompress: " + e.getMessage());
    }
    if (got != length) {
      throw new MalformedPageException(codec + " gave " + got + " bytes instead of " + length);
    }
  }

  private int zstd(byte[] source, int from, int to, byte[] target, int at, int length) {
    ZstdDecompressCtx context = contexts.poll();
    if (context == null) {
      context = new ZstdDecompressCtx();
    } else {
      pooled.decrementAndGet();
    }
    try {
      return context.decompressByteArray(target, at, length, source, from, to - from);
    } catch (RuntimeException e) {
      throw new MalformedPageException("ZSTD cannot decompress: " + e.getMessage());
    } finally {
      release(context);
    }
  }

  private void release(ZstdDecompressCtx context) {
    if (closed || pooled.incrementAndGet() > MAX_POOLED) {
      pooled.decrementAndGet();
      context.close();
      return;
    }
    contexts.add(context);
    if (closed) {
      drain();
    }
  }

  private static int snappy(byte[] source, int from, int to, byte[] target, int at, int length)
      throws IOException {
    // Snappy writes as much as the bytes say at their beginning, and checks everything else itself.
    if (claimedLength(source, from, to) != length) {
      throw new IOException("not a block of " + length + " bytes");
    }
    return Snappy.rawUncompress(source, from, to - from, target, at);
  }

  /** The length at the beginning of a Snappy block, a varint; -1 if there is none. */
  private static long claimedLength(byte[] source, int from, int to) {
    long length = 0;
    for (int i = 0; i < 5 && from + i < to; i++) {
      length |= (source[from + i] & 0x7FL) << (7 * i);
      if (source[from + i] >= 0) {
        return length;
      }
    }
    return -1;
  }

  private static int library(
      CompressionCodecName codec,
      byte[] source,
      int from,
      int to,
      byte[] target,
      int at,
      int length)
      throws IOException {
    CodecFactory factory = new CodecFactory(new PlainParquetConfiguration(), length);
    try {
      byte[] bytes =
          factory
              .getDecompressor(codec)
              .decompress(BytesInput.from(source, from, to - from), length)
              .toInputStream()
              .readAllBytes();
      System.arraycopy(bytes, 0, target, at, Math.min(bytes.length, length));
      return bytes.length;
    } catch (RuntimeException | LinkageError e) {
      throw new UnsupportedFeatureException("cannot decompress " + codec + " pages", e);
    } finally {
      factory.release();
    }
  }

  private void drain() {
    for (ZstdDecompressCtx context = contexts.poll(); context != null; context = contexts.poll()) {
      pooled.decrementAndGet();
      context.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    drain();
  }
}
