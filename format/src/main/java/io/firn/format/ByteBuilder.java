package io.firn.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A growable byte array that encoders append to and callers reuse. Not safe for use by several
 * threads.
 */
public final class ByteBuilder {

  private static final VarHandle INT_LE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG_LE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_BE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG_BE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes;
  private int length;

  /** An empty builder. */
  public ByteBuilder() {
    this(64);
  }

  /** An empty builder with room for {@code capacity} bytes. */
  public ByteBuilder(int capacity) {
    this.bytes = new byte[Math.max(capacity, 16)];
  }

  /** The backing array; only the first {@link #length()} bytes are meaningful. */
  public byte[] array() {
    return bytes;
  }

  /** The number of bytes appended. */
  public int length() {
    return length;
  }

  /** Forgets all bytes and keeps the memory. */
  public void clear() {
    length = 0;
  }

  /** Forgets the bytes from {@code newLength} on. */
  public void truncate(int newLength) {
    length = newLength;
  }

  /** A copy of the bytes. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  /**
   * Copies mostly few bytes. Up to fifteen bytes behind them in the target get any content, so fill
   * targets in ascending order.
   */
  static void copy(byte[] source, int from, byte[] target, int at, int count) {
    if (count <= 16 && from <= source.length - 16 && at <= target.length - 16) {
      LONG_LE.set(target, at, (long) LONG_LE.get(source, from));
      LONG_LE.set(target, at + 8, (long) LONG_LE.get(source, from + 8));
    } else {
      System.arraycopy(source, from, target, at, count);
    }
  }

  /** Makes room for {@code count} more bytes at once. */
  void reserve(int count) {
    truncate(extend(count));
  }

  /** Makes room for {@code count} more bytes, counts them in, and returns where they begin. */
  public int extend(int count) {
    int start = length;
    int end = Math.addExact(start, count);
    if (end > bytes.length) {
      bytes =
          Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, 2L * start)));
    }
    length = end;
    return start;
  }

  /** Appends {@code count} zero bytes and returns where they begin. */
  public int extendZeroed(int count) {
    int start = extend(count);
    Arrays.fill(bytes, start, start + count, (byte) 0);
    return start;
  }

  /** Appends one byte. */
  public void put(int value) {
    int at = extend(1);
    bytes[at] = (byte) value;
  }

  /** Appends bytes. */
  public void put(byte[] source, int offset, int count) {
    int at = extend(count);
    copy(source, offset, bytes, at, count);
  }

  /** Appends what remains of a buffer, whose position does not move. */
  public void put(ByteBuffer source) {
    int at = extend(source.remaining());
    source.get(source.position(), bytes, at, source.remaining());
  }

  /** Appends four bytes, least significant first. */
  public void putIntLittle(int value) {
    int at = extend(4);
    INT_LE.set(bytes, at, value);
  }

  /** Appends eight bytes, least significant first. */
  public void putLongLittle(long value) {
    int at = extend(8);
    LONG_LE.set(bytes, at, value);
  }

  /** Appends four bytes, most significant first. */
  public void putIntBig(int value) {
    int at = extend(4);
    INT_BE.set(bytes, at, value);
  }

  /** Appends eight bytes, most significant first. */
  public void putLongBig(long value) {
    int at = extend(8);
    LONG_BE.set(bytes, at, value);
  }

  /** Appends an unsigned number, seven bits a byte, least significant first. */
  public void putVarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      put((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    put((int) rest);
  }

  /** Overwrites four bytes at {@code at}, least significant first. */
  public void setIntLittle(int at, int value) {
    INT_LE.set(bytes, at, value);
  }

  /** Overwrites eight bytes at {@code at}, least significant first. */
  public void setLongLittle(int at, long value) {
    LONG_LE.set(bytes, at, value);
  }

  static int intLittle(byte[] source, int at) {
    return (int) INT_LE.get(source, at);
  }

  static long longLittle(byte[] source, int at) {
    return (long) LONG_LE.get(source, at);
  }

  static int intBig(byte[] source, int at) {
    return (int) INT_BE.get(source, at);
  }

  static long longBig(byte[] source, int at) {
    return (long) LONG_BE.get(source, at);
  }

  static void setLongBig(byte[] target, int at, long value) {
    LONG_BE.set(target, at, value);
  }

  static void setIntLittle(byte[] target, int at, int value) {
    INT_LE.set(target, at, value);
  }

  static void setLongLittle(byte[] target, int at, long value) {
    LONG_LE.set(target, at, value);
  }
}
