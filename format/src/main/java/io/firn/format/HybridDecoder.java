package io.firn.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes Parquet's hybrid of run lengths and bit packing, in which levels, dictionary indexes and
 * booleans are stored, into whole arrays. Throws {@link MalformedPageException} when the bytes end
 * early or a run is impossible.
 */
final class HybridDecoder {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private HybridDecoder() {}

  /** Decodes {@code count} values of {@code width} bits each from {@code bytes[from, to)}. */
  static void decode(byte[] bytes, int from, int to, int width, int[] out, int count) {
    if (width < 0 || width > 32) {
      throw new MalformedPageException("impossible bit width " + width);
    }
    if (width == 0) {
      Arrays.fill(out, 0, count, 0);
      return;
    }
    Cursor cursor = new Cursor(bytes, from, to);
    int done = 0;
    while (done < count) {
      int head = cursor.varint();
      if ((head & 1) == 0) {
        int value = cursor.fixed((width + 7) >>> 3);
        int run = runLength(head >>> 1, count - done);
        Arrays.fill(out, done, done + run, value);
        done += run;
      } else {
        int start = cursor.at;
        int run = packedLength(head >>> 1, count - done);
        cursor.skipPacked((long) (head >>> 1) * width, ((long) run * width + 7) >>> 3);
        unpack(bytes, start, to, width, out, done, run);
        done += run;
      }
    }
  }

  /**
   * Decodes {@code count} definition levels of one bit each to the nulls they mean.
   *
   * @return which values are null, or null itself if none is
   */
  static boolean @Nullable [] decodeNulls(byte[] bytes, int from, int to, int count) {
    boolean[] nulls = null;
    Cursor cursor = new Cursor(bytes, from, to);
    int done = 0;
    while (done < count) {
      int head = cursor.varint();
      if ((head & 1) == 0) {
        int level = cursor.fixed(1);
        int run = runLength(head >>> 1, count - done);
        if (level == 0) {
          nulls = nulls == null ? new boolean[count] : nulls;
          Arrays.fill(nulls, done, done + run, true);
        } else if (level != 1) {
          throw new MalformedPageException("impossible definition level " + level);
        }
        done += run;
      } else {
        int start = cursor.at;
        int run = packedLength(head >>> 1, count - done);
        cursor.skipPacked(head >>> 1, (run + 7) >>> 3);
        for (int i = 0; i < run; i++) {
          if ((bytes[start + (i >>> 3)] >>> (i & 7) & 1) == 0) {
            nulls = nulls == null ? new boolean[count] : nulls;
            nulls[done + i] = true;
          }
        }
        done += run;
      }
    }
    return nulls;
  }

  private static int runLength(int length, int wanted) {
    if (length == 0) {
      throw new MalformedPageException("empty run");
    }
    return Math.min(length, wanted);
  }

  private static int packedLength(int groups, int wanted) {
    if (groups == 0) {
      throw new MalformedPageException("empty run");
    }
    return (int) Math.min(groups * 8L, wanted);
  }

  private static void unpack(
      byte[] bytes, int from, int to, int width, int[] out, int at, int count) {
    long mask = (1L << width) - 1;
    long bit = 0;
    int i = 0;
    // An eight byte load holds any value of up to 32 bits together with its shift of up to 7.
    int safe = (int) Math.min(count, Math.max(0, ((long) (to - from - 8) * 8) / width));
    for (; i < safe; i++, bit += width) {
      long word = (long) LONG.get(bytes, from + (int) (bit >>> 3));
      out[at + i] = (int) (word >>> (bit & 7) & mask);
    }
    for (; i < count; i++, bit += width) {
      int first = from + (int) (bit >>> 3);
      long word = 0;
      for (int b = 0; b < 5 && first + b < to; b++) {
        word |= (bytes[first + b] & 0xFFL) << (8 * b);
      }
      out[at + i] = (int) (word >>> (bit & 7) & mask);
    }
  }

  private static final class Cursor {
    private final byte[] bytes;
    private final int to;
    private int at;

    Cursor(byte[] bytes, int from, int to) {
      this.bytes = bytes;
      this.at = from;
      this.to = to;
    }

    int varint() {
      int result = 0;
      for (int shift = 0; shift < 35; shift += 7) {
        int next = octet();
        result |= (next & 0x7F) << shift;
        if (next < 0x80) {
          return result;
        }
      }
      throw new MalformedPageException("endless run length");
    }

    int fixed(int width) {
      int value = 0;
      for (int i = 0; i < width; i++) {
        value |= octet() << (8 * i);
      }
      return value;
    }

    /** Skips a packed run; its last groups may be cut off when their values are not wanted. */
    void skipPacked(long whole, long needed) {
      if (needed > to - at) {
        throw new MalformedPageException("packed run is cut off");
      }
      at += (int) Math.min(whole, to - at);
    }

    private int octet() {
      if (at >= to) {
        throw new MalformedPageException("runs end early");
      }
      return bytes[at++] & 0xFF;
    }
  }
}
