package io.firn.format;

import io.firn.error.UnsupportedFeatureException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;

/**
 * One page, its checksum verified, decompressed, and split into levels and values.
 *
 * @param header the page's header
 * @param data the bytes that the ranges are of
 * @param repetitionFrom where repetition levels begin; they end where definition levels begin
 * @param repetitionTo where they end
 * @param definitionFrom where definition levels begin
 * @param definitionTo where they end
 * @param valuesFrom where values begin
 * @param valuesTo where they end
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PageBody(
    PageHeader header,
    byte[] data,
    int repetitionFrom,
    int repetitionTo,
    int definitionFrom,
    int definitionTo,
    int valuesFrom,
    int valuesTo) {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int RLE = 3;

  /**
   * Opens the page of which the header begins at {@code from}.
   *
   * @param bytes the file's bytes
   * @param from where the header begins
   * @param to where the page must have ended
   * @param known what its header must say, if that is known; then the header is not looked at
   * @param repeated whether the column has repetition levels
   * @param optional whether the column has definition levels
   * @throws MalformedPageException if there is no intact page
   */
  static PageBody open(
      byte[] bytes,
      int from,
      int to,
      @Nullable PageHeader known,
      CompressionCodecName codec,
      PageCodec codecs,
      boolean repeated,
      boolean optional) {
    PageHeader header = known == null ? PageHeaderParser.parse(bytes, from, to) : known;
    int start = from + header.headerBytes();
    if (header.compressedBytes() > to - start) {
      throw new MalformedPageException(
          "a page of " + header.compressedBytes() + " bytes where " + (to - start) + " are");
    }
    verify(header, bytes, start);
    return switch (header.kind()) {
      case DATA_V1 -> openV1(header, bytes, start, codec, codecs, repeated, optional);
      case DATA_V2 -> openV2(header, bytes, start, codec, codecs);
      case DICTIONARY, VALUES -> {
        byte[] data = plain(header, bytes, start, codec, codecs);
        int at = data == bytes ? start : 0;
        yield new PageBody(header, data, at, at, at, at, at, at + header.uncompressedBytes());
      }
      case OTHER -> throw new MalformedPageException("neither a data page nor a dictionary");
    };
  }

  Encoding encoding() {
    return ValueDecoder.encoding(header.encoding());
  }

  /** The number of file bytes of the page, its header included. */
  int storedBytes() {
    return header.headerBytes() + header.compressedBytes();
  }

  private static void verify(PageHeader header, byte[] bytes, int start) {
    if (header.crc() >= 0) {
      CRC32 crc = new CRC32();
      crc.update(bytes, start, header.compressedBytes());
      if (crc.getValue() != header.crc()) {
        throw new MalformedPageException("the checksum of the page differs");
      }
    }
  }

  private static PageBody openV1(
      PageHeader header,
      byte[] bytes,
      int start,
      CompressionCodecName codec,
      PageCodec codecs,
      boolean repeated,
      boolean optional) {
    byte[] data = plain(header, bytes, start, codec, codecs);
    int at = data == bytes ? start : 0;
    int end = at + header.uncompressedBytes();
    int repetitionFrom = at;
    int repetitionTo = at;
    if (repeated) {
      requireRle(header.repetitionEncoding());
      repetitionFrom = at + 4;
      repetitionTo = levelsEnd(data, at, end);
      at = repetitionTo;
    }
    int definitionFrom = at;
    int definitionTo = at;
    if (optional) {
      requireRle(header.definitionEncoding());
      definitionFrom = at + 4;
      definitionTo = levelsEnd(data, at, end);
      at = definitionTo;
    }
    return new PageBody(
        header, data, repetitionFrom, repetitionTo, definitionFrom, definitionTo, at, end);
  }

  private static PageBody openV2(
      PageHeader header, byte[] bytes, int start, CompressionCodecName codec, PageCodec codecs) {
    int levels = header.repetitionBytes() + header.definitionBytes();
    int definitionFrom = start + header.repetitionBytes();
    int valuesStored = header.compressedBytes() - levels;
    int valuesPlain = header.uncompressedBytes() - levels;
    if (!header.compressed() || codec == CompressionCodecName.UNCOMPRESSED || valuesPlain == 0) {
      return new PageBody(
          header,
          bytes,
          start,
          definitionFrom,
          definitionFrom,
          start + levels,
          start + levels,
          start + levels + Math.min(valuesPlain, valuesStored));
    }
    byte[] data = new byte[levels + valuesPlain];
    System.arraycopy(bytes, start, data, 0, levels);
    codecs.decompress(
        codec, bytes, start + levels, start + levels + valuesStored, data, levels, valuesPlain);
    return new PageBody(
        header,
        data,
        0,
        header.repetitionBytes(),
        header.repetitionBytes(),
        levels,
        levels,
        data.length);
  }

  /** The decompressed page at the beginning of a new array, or {@code bytes} if it is stored so. */
  private static byte[] plain(
      PageHeader header, byte[] bytes, int start, CompressionCodecName codec, PageCodec codecs) {
    if (codec == CompressionCodecName.UNCOMPRESSED) {
      if (header.uncompressedBytes() != header.compressedBytes()) {
        throw new MalformedPageException("an uncompressed page of two lengths");
      }
      return bytes;
    }
    byte[] data = new byte[header.uncompressedBytes()];
    if (data.length > 0) {
      codecs.decompress(
          codec, bytes, start, start + header.compressedBytes(), data, 0, data.length);
    }
    return data;
  }

  private static int levelsEnd(byte[] data, int at, int end) {
    if (end - at < 4) {
      throw new MalformedPageException("levels end early");
    }
    int length = (int) INT.get(data, at);
    if (length < 0 || length > end - at - 4) {
      throw new MalformedPageException("levels of impossible length " + length);
    }
    return at + 4 + length;
  }

  private static void requireRle(int encoding) {
    if (encoding != RLE) {
      throw new UnsupportedFeatureException(
          "levels in the deprecated encoding " + encoding + " cannot be read");
    }
  }
}
