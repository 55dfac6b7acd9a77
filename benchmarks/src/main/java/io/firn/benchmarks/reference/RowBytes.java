package io.firn.benchmarks.reference;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;

/**
 * The reference row as bytes, for stores that know only bytes: fixed-length values at fixed places,
 * then the strings. Written by hand for this one row, as fast as an application could.
 */
final class RowBytes {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Big-endian, so that keys of at least 0 sort by their bytes. */
  private static final VarHandle KEY =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int L = 0;
  private static final int D1 = 8;
  private static final int D2 = 16;
  private static final int TS = 24;
  private static final int I = 32;
  private static final int B = 36;
  private static final int LENGTHS = 37;
  private static final int STRINGS = 40;

  private RowBytes() {}

  static void putKey(long key, byte[] target) {
    KEY.set(target, 0, key);
  }

  static long key(byte[] bytes) {
    return (long) KEY.get(bytes, 0);
  }

  /** The row's values but its key. */
  static byte[] encode(ReferenceRow row) {
    byte[] s1 = row.s1().getBytes(StandardCharsets.UTF_8);
    byte[] s2 = row.s2().getBytes(StandardCharsets.UTF_8);
    byte[] s3 = row.s3().getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[STRINGS + s1.length + s2.length + s3.length];
    LONG.set(bytes, L, row.l());
    DOUBLE.set(bytes, D1, row.d1());
    DOUBLE.set(bytes, D2, row.d2());
    LONG.set(bytes, TS, row.ts().toEpochSecond(ZoneOffset.UTC));
    INT.set(bytes, I, row.i());
    bytes[B] = (byte) (row.b() ? 1 : 0);
    int at = STRINGS;
    at = putString(s1, bytes, LENGTHS, at);
    at = putString(s2, bytes, LENGTHS + 1, at);
    putString(s3, bytes, LENGTHS + 2, at);
    return bytes;
  }

  private static int putString(byte[] text, byte[] target, int lengthAt, int at) {
    target[lengthAt] = (byte) text.length;
    System.arraycopy(text, 0, target, at, text.length);
    return at + text.length;
  }

  static ReferenceRow decode(long key, byte[] bytes) {
    int at2 = STRINGS + bytes[LENGTHS];
    int at3 = at2 + bytes[LENGTHS + 1];
    return new ReferenceRow(
        key,
        (long) LONG.get(bytes, L),
        (int) INT.get(bytes, I),
        d1(bytes),
        (double) DOUBLE.get(bytes, D2),
        ts(bytes),
        bytes[B] != 0,
        text(bytes, STRINGS, bytes[LENGTHS]),
        text(bytes, at2, bytes[LENGTHS + 1]),
        text(bytes, at3, bytes[LENGTHS + 2]));
  }

  /** As {@link #decode}, as a row of Iceberg's. */
  static Record record(long key, byte[] bytes, GenericRecord template) {
    int at2 = STRINGS + bytes[LENGTHS];
    int at3 = at2 + bytes[LENGTHS + 1];
    GenericRecord record = template.copy();
    record.set(0, key);
    record.set(1, (long) LONG.get(bytes, L));
    record.set(2, (int) INT.get(bytes, I));
    record.set(3, d1(bytes));
    record.set(4, (double) DOUBLE.get(bytes, D2));
    record.set(5, ts(bytes));
    record.set(6, bytes[B] != 0);
    record.set(7, text(bytes, STRINGS, bytes[LENGTHS]));
    record.set(8, text(bytes, at2, bytes[LENGTHS + 1]));
    record.set(9, text(bytes, at3, bytes[LENGTHS + 2]));
    return record;
  }

  private static LocalDateTime ts(byte[] bytes) {
    return LocalDateTime.ofEpochSecond((long) LONG.get(bytes, TS), 0, ZoneOffset.UTC);
  }

  private static String text(byte[] bytes, int from, int length) {
    return new String(bytes, from, length, StandardCharsets.UTF_8);
  }

  static double d1(byte[] bytes) {
    return (double) DOUBLE.get(bytes, D1);
  }
}
