package io.firn.engine;

import io.firn.error.CorruptionException;
import io.firn.format.DataFileIndex;
import io.firn.storage.ForwardingInput;
import io.firn.storage.ForwardingStorage;
import io.firn.storage.InputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A storage that shows the last bytes of one file other than they are, so that a data file can be
 * read of which either Parquet's footer or Firn's index is damaged. Nothing is written.
 */
final class TailOverlay extends ForwardingStorage {

  private static final byte[] MAGIC = "FIRNIDX1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEY = DataFileIndex.FOOTER_KEY.getBytes(StandardCharsets.US_ASCII);
  private static final int TRAILER_BYTES = 8;
  private static final int FOOTER_BYTES_MAX = 256 << 20;
  private static final int BLOCK_BYTES = 1 << 20;

  private final String path;
  private final byte[] tail;

  private TailOverlay(Storage below, String path, byte[] tail) {
    super(below);
    this.path = path;
    this.tail = tail;
  }

  /** Shows a file without its index, to be read by its footer; empty if it names none. */
  static Optional<Storage> withoutIndex(Storage below, String path) throws IOException {
    try (InputFileHandle file = below.open(path)) {
      byte[] trailer = read(file, Math.max(0, file.length() - TRAILER_BYTES), TRAILER_BYTES);
      int footer = ByteBuffer.wrap(trailer).order(ByteOrder.LITTLE_ENDIAN).getInt();
      long tailLength = (long) footer + TRAILER_BYTES;
      if (footer < KEY.length || footer > FOOTER_BYTES_MAX || tailLength > file.length()) {
        return Optional.empty();
      }
      byte[] tail = read(file, file.length() - tailLength, (int) tailLength);
      for (int at = tail.length - KEY.length; at >= 0; at--) {
        if (Arrays.equals(tail, at, at + KEY.length, KEY, 0, KEY.length)) {
          tail[at] = '-';
          return Optional.of(new TailOverlay(below, path, tail));
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Shows a file with a footer that names its index and nothing else, which is all that is read of
   * a footer beside an index; empty if there is no sound index in the file.
   */
  static Optional<Storage> withIndexOnly(Storage below, String path) throws IOException {
    try (InputFileHandle file = below.open(path)) {
      // The index stands near the end.
      long end = file.length();
      while (end > 0) {
        long start = Math.max(0, end - BLOCK_BYTES);
        byte[] block = read(file, start, (int) (end - start));
        for (int at = block.length - MAGIC.length; at >= 0; at--) {
          if (Arrays.equals(block, at, at + MAGIC.length, MAGIC, 0, MAGIC.length)) {
            int length = indexLength(file, start + at);
            if (length > 0) {
              return Optional.of(new TailOverlay(below, path, footer(start + at, length)));
            }
          }
        }
        end = start == 0 ? 0 : start + MAGIC.length - 1;
      }
      return Optional.empty();
    }
  }

  /** The length of a sound index section at a place, or -1. */
  private static int indexLength(InputFileHandle file, long offset) throws IOException {
    long left = file.length() - offset;
    if (left < 16) {
      return -1;
    }
    byte[] header = read(file, offset, 16);
    int length = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    if (length < header.length || length > left - footer(offset, length).length) {
      return -1;
    }
    try {
      DataFileIndex ignored = DataFileIndex.parse(read(file, offset, length), file.path(), offset);
      return length;
    } catch (CorruptionException damaged) {
      return -1;
    }
  }

  private static byte[] footer(long offset, int length) {
    byte[] value =
        String.format(Locale.ROOT, "%016x%08x", offset, length).getBytes(StandardCharsets.US_ASCII);
    int footer = KEY.length + 2 + value.length;
    return ByteBuffer.allocate(footer + TRAILER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(KEY)
        .put((byte) 0x18)
        .put((byte) value.length)
        .put(value)
        .putInt(footer)
        .put("PAR1".getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  private static byte[] read(InputFileHandle file, long from, int length) throws IOException {
    byte[] bytes = new byte[(int) Math.min(length, file.length() - from)];
    file.readFully(from, bytes, 0, bytes.length);
    return bytes;
  }

  @Override
  public InputFileHandle open(String opened) throws IOException {
    InputFileHandle file = super.open(opened);
    return opened.equals(path) ? new Overlaid(file, tail) : file;
  }

  /** A file whose last bytes are others. */
  private static final class Overlaid extends ForwardingInput {
    private final byte[] tail;

    Overlaid(InputFileHandle file, byte[] tail) {
      super(file);
      this.tail = tail;
    }

    @Override
    public void readFully(long position, byte[] target, int offset, int length) throws IOException {
      super.readFully(position, target, offset, length);
      long tailStart = length() - tail.length;
      for (long at = Math.max(position, tailStart); at < position + length; at++) {
        target[offset + (int) (at - position)] = tail[(int) (at - tailStart)];
      }
    }
  }
}
