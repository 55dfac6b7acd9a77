package io.firn.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the values of a page, nulls left out, appending to a column of the physical type's own
 * kind. PLAIN and the dictionary encodings are decoded in bulk, all others by the library, value by
 * value.
 */
final class ValueDecoder {

  private static final Encoding[] ENCODINGS = new Encoding[10];

  static {
    ENCODINGS[0] = Encoding.PLAIN;
    // PLAIN_DICTIONARY is the old number of the same encoding.
    ENCODINGS[2] = Encoding.RLE_DICTIONARY;
    ENCODINGS[3] = Encoding.RLE;
    ENCODINGS[5] = Encoding.DELTA_BINARY_PACKED;
    ENCODINGS[6] = Encoding.DELTA_LENGTH_BYTE_ARRAY;
    ENCODINGS[7] = Encoding.DELTA_BYTE_ARRAY;
    ENCODINGS[8] = Encoding.RLE_DICTIONARY;
    ENCODINGS[9] = Encoding.BYTE_STREAM_SPLIT;
  }

  private ValueDecoder() {}

  /** The encoding with this number in the file format. */
  static Encoding encoding(int number) {
    if (number < 0 || number >= ENCODINGS.length || ENCODINGS[number] == null) {
      throw new MalformedPageException("unknown encoding " + number);
    }
    return ENCODINGS[number];
  }

  /** The number of an encoding in the file format. */
  static int number(Encoding encoding) {
    for (int i = 0; i < ENCODINGS.length; i++) {
      if (ENCODINGS[i] == encoding) {
        return i;
      }
    }
    throw new IllegalArgumentException(encoding + " has no number");
  }

  /**
   * Appends {@code count} values, after the first {@code skip} ones.
   *
   * @param bitWidth of dictionary numbers; negative if it stands before them
   * @param dictionary the entries of the column chunk's dictionary, already converted as the target
   *     is; null if it has none
   */
  static void decode(
      ColumnDescriptor descriptor,
      Encoding encoding,
      int bitWidth,
      byte[] bytes,
      int from,
      int to,
      @Nullable Column dictionary,
      Column target,
      int skip,
      int count) {
    if (count == 0) {
      return;
    }
    switch (encoding) {
      case PLAIN ->
          PlainDecoder.decode(descriptor.getPrimitiveType(), bytes, from, to, target, skip, count);
      case RLE_DICTIONARY -> {
        if (bitWidth >= 0) {
          numbers(bitWidth, bytes, from, to, dictionary, target, skip, count);
        } else if (from < to) {
          numbers(bytes[from], bytes, from + 1, to, dictionary, target, skip, count);
        } else {
          throw new MalformedPageException("values end early");
        }
      }
      default -> library(descriptor, encoding, bytes, from, to, target, skip, count);
    }
  }

  private static void numbers(
      int bitWidth,
      byte[] bytes,
      int from,
      int to,
      @Nullable Column dictionary,
      Column target,
      int skip,
      int count) {
    if (dictionary == null) {
      throw new MalformedPageException("page needs a dictionary and there is none");
    }
    int[] indexes = new int[skip + count];
    HybridDecoder.decode(bytes, from, to, bitWidth, indexes, skip + count);
    int size = dictionary.size();
    for (int index : indexes) {
      if (index < 0 || index >= size) {
        throw new MalformedPageException(
            "index " + index + " into a dictionary of " + size + " entries");
      }
    }
    target.gather(dictionary, indexes, skip, count);
  }

  private static void library(
      ColumnDescriptor descriptor,
      Encoding encoding,
      byte[] bytes,
      int from,
      int to,
      Column target,
      int skip,
      int count) {
    ValuesReader reader = encoding.getValuesReader(descriptor, ValuesType.VALUES);
    try {
      reader.initFromPage(
          skip + count,
          ByteBufferInputStream.wrap(ByteBuffer.wrap(bytes, from, to - from).slice()));
    } catch (IOException e) {
      throw new MalformedPageException(encoding + " page cannot be decoded: " + e.getMessage());
    }
    reader.skip(skip);
    for (int i = 0; i < count; i++) {
      if (target instanceof BooleanColumn booleans) {
        booleans.append(reader.readBoolean());
      } else if (target instanceof IntColumn ints) {
        ints.append(reader.readInteger());
      } else if (target instanceof LongColumn longs) {
        longs.append(reader.readLong());
      } else if (target instanceof FloatColumn floats) {
        floats.append(reader.readFloat());
      } else if (target instanceof DoubleColumn doubles) {
        doubles.append(reader.readDouble());
      } else {
        Binary value = reader.readBytes();
        ByteBuffer buffer = value.toByteBuffer();
        if (buffer.hasArray()) {
          ((BytesColumn) target)
              .append(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
        } else {
          byte[] copy = value.getBytes();
          ((BytesColumn) target).append(copy, 0, copy.length);
        }
      }
    }
  }
}
