package io.firn.format;

import io.firn.error.CorruptionException;
import io.firn.storage.InputFileHandle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the index section of a file is. The footer keeps it as a value of fixed length under {@link
 * DataFileIndex#FOOTER_KEY}, last among its key-values, so that it is found by its bytes near the
 * end of the file, without decoding the footer.
 */
record IndexLocator(long offset, int length) {

  private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  /** The footer's length and the magic. */
  private static final int TRAILER_BYTES = 8;

  /** Most footers end with the locator well within this. */
  private static final int FIRST_READ_BYTES = 8 * 1024;

  private static final int VALUE_CHARS = 24;
  private static final int FOOTER_BYTES_MAX = 256 << 20;

  /** The key, the thrift header of the value's field (binary), and the value's length. */
  private static final byte[] MARKER =
      (DataFileIndex.FOOTER_KEY + "\u0018" + (char) VALUE_CHARS)
          .getBytes(StandardCharsets.ISO_8859_1);

  String footerValue() {
    return String.format("%016x%08x", offset, length);
  }

  static @Nullable IndexLocator find(InputFileHandle file) throws IOException {
    long fileLength = file.length();
    if (fileLength < PARQUET_MAGIC.length + TRAILER_BYTES) {
      throw new CorruptionException(file.path(), -1, "too short for a Parquet file");
    }
    byte[] tail = tail(file, (int) Math.min(fileLength, FIRST_READ_BYTES));
    if (!Arrays.equals(
        tail, tail.length - PARQUET_MAGIC.length, tail.length, PARQUET_MAGIC, 0, 4)) {
      throw new CorruptionException(file.path(), fileLength - 4, "not a Parquet file");
    }
    int footerLength = ByteBuilder.intLittle(tail, tail.length - TRAILER_BYTES);
    if (footerLength < 0
        || footerLength > FOOTER_BYTES_MAX
        || footerLength > fileLength - TRAILER_BYTES - PARQUET_MAGIC.length) {
      throw new CorruptionException(
          file.path(), fileLength - TRAILER_BYTES, "a footer of " + footerLength + " bytes");
    }
    int needed = footerLength + TRAILER_BYTES;
    int at = lastMarker(tail, Math.max(0, tail.length - needed));
    if (at < 0 && needed > tail.length) {
      tail = tail(file, needed);
      at = lastMarker(tail, 0);
    }
    if (at < 0) {
      return null;
    }
    return parse(tail, at, file.path(), fileLength - needed);
  }

  private static IndexLocator parse(byte[] tail, int at, String file, long footerOffset) {
    String value = new String(tail, at, VALUE_CHARS, StandardCharsets.ISO_8859_1);
    long offset = 0;
    long length = 0;
    for (int i = 0; i < VALUE_CHARS; i++) {
      int digit = Character.digit(value.charAt(i), 16);
      if (digit < 0) {
        throw new CorruptionException(file, footerOffset, "the index locator is not a number");
      }
      if (i < 16) {
        offset = offset << 4 | digit;
      } else {
        length = length << 4 | digit;
      }
    }
    if (offset < 0
        || length < DataFileIndex.HEADER_BYTES
        || length > Integer.MAX_VALUE
        || offset > footerOffset - length) {
      throw new CorruptionException(
          file, footerOffset, "the index locator points outside the file");
    }
    return new IndexLocator(offset, (int) length);
  }

  private static byte[] tail(InputFileHandle file, int length) throws IOException {
    byte[] tail = new byte[length];
    file.readFully(file.length() - length, tail, 0, length);
    return tail;
  }

  /** Where the value after the last marker at or after {@code from} begins, or -1. */
  private static int lastMarker(byte[] bytes, int from) {
    for (int at = bytes.length - TRAILER_BYTES - VALUE_CHARS - MARKER.length; at >= from; at--) {
      if (Arrays.equals(bytes, at, at + MARKER.length, MARKER, 0, MARKER.length)) {
        return at + MARKER.length;
      }
    }
    return -1;
  }
}
