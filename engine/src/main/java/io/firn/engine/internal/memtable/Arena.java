package io.firn.engine.internal.memtable;

import io.firn.engine.internal.OpKind;
import io.firn.format.KeyList;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of a memtable's entries, in a few large arrays instead of one object per row. An entry
 * is written once and never moves; it is named by an {@code int}: chunk number and offset in units
 * of eight bytes. 0 names no entry.
 *
 * <p>Entry: {@code long sequence << 8 | kind, int key length, int row length, int link, key, row}.
 * The link names another entry, and is all of an entry that may change; {@link Versions} says what
 * it means.
 *
 * <p>One thread appends. A reader may look at an entry whose name it got through a release/acquire
 * pair after the append.
 */
final class Arena {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private static final int CHUNK_BITS = 20;

  /**
   * A little less than a power of two, so that the array with its header fits a region of Java's
   * heap: G1 gives so large an array whole regions, and would give it a second one for the header.
   */
  private static final int CHUNK_BYTES = (1 << CHUNK_BITS) - 64;

  private static final int FIRST_CHUNK_BYTES = 1 << 16;
  private static final int SLOT_BITS = CHUNK_BITS - 3;
  private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
  private static final int CHUNKS_MAX = 1 << (31 - SLOT_BITS);
  private static final int CACHE_LINE = 64;
  private static final int LINK = 16;
  private static final int HEADER_BYTES = 20;

  /** Replaced, never changed in the part that is in use, when a chunk is added. */
  private volatile byte[][] chunks = new byte[16][];

  private volatile long bytes;

  // The appending thread's own.
  private byte[] current = new byte[FIRST_CHUNK_BYTES];
  private int chunkCount = 1;

  /** Where the next entry starts; 8, because 0 names no entry. */
  private int free = 8;

  Arena() {
    chunks[0] = current;
    bytes = current.length;
  }

  /** Bytes allocated. */
  long bytes() {
    return bytes;
  }

  /** What an entry takes up. */
  static long entryBytes(int keyLength, int rowLength) {
    return (HEADER_BYTES + (long) keyLength + rowLength + 7) & ~7L;
  }

  /** Copies a key and the row behind it in and returns the entry's name. It has no link. */
  int append(byte[] source, int keyOffset, int keyLength, int rowLength, long sequence, byte kind) {
    long size = entryBytes(keyLength, rowLength);
    if (free + size > current.length) {
      addChunk(size);
    }
    byte[] chunk = current;
    int at = free;
    LONG.set(chunk, at, sequence << 8 | kind);
    INT.set(chunk, at + 8, keyLength);
    INT.set(chunk, at + 12, rowLength);
    System.arraycopy(source, keyOffset, chunk, at + HEADER_BYTES, keyLength + rowLength);
    free = at + (int) size;
    return (chunkCount - 1) << SLOT_BITS | at >>> 3;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread appends.
  private void addChunk(long atLeast) {
    if (chunkCount == CHUNKS_MAX || atLeast > Integer.MAX_VALUE - 16) {
      throw new IllegalStateException(
          "A memtable has no room for " + atLeast + " bytes in chunk " + chunkCount);
    }
    int usual = Math.min(CHUNK_BYTES, FIRST_CHUNK_BYTES << Math.min(chunkCount, 4));
    byte[] chunk = new byte[(int) Math.max(usual, atLeast)];
    byte[][] all = chunks;
    if (chunkCount == all.length) {
      all = Arrays.copyOf(all, all.length * 2);
    }
    all[chunkCount++] = chunk;
    chunks = all;
    current = chunk;
    free = 0;
    bytes += chunk.length;
  }

  /** The array that holds an entry. */
  byte[] chunk(int entry) {
    return chunks[entry >>> SLOT_BITS];
  }

  /**
   * Has the processor fetch an entry and what stands behind it, some bytes together. The result
   * means nothing; who keeps it keeps the reads.
   */
  int touch(int entry, int length) {
    byte[] chunk = chunk(entry);
    int at = offset(entry);
    int end = Math.min(at + length, chunk.length);
    int read = 0;
    for (; at < end; at += CACHE_LINE) {
      read += chunk[at];
    }
    return read;
  }

  private static int offset(int entry) {
    return (entry & SLOT_MASK) << 3;
  }

  long sequence(int entry) {
    return (long) LONG.get(chunk(entry), offset(entry)) >>> 8;
  }

  /** The entry that another one is linked to; 0 for none. */
  int link(int entry) {
    return (int) INT.getAcquire(chunk(entry), offset(entry) + LINK);
  }

  /** Links an entry to another one, whose bytes are shown by that to whoever follows the link. */
  void link(int entry, int to) {
    INT.setRelease(chunk(entry), offset(entry) + LINK, to);
  }

  OpKind kind(int entry) {
    return OpKind.of((byte) (long) LONG.get(chunk(entry), offset(entry)));
  }

  int keyOffset(int entry) {
    return offset(entry) + HEADER_BYTES;
  }

  int keyLength(int entry) {
    return (int) INT.get(chunk(entry), offset(entry) + 8);
  }

  int rowOffset(int entry) {
    return offset(entry) + HEADER_BYTES + keyLength(entry);
  }

  int rowLength(int entry) {
    return (int) INT.get(chunk(entry), offset(entry) + 12);
  }

  /** Eight bytes of an entry's key behind the first {@code skip}, see {@link #prefix}. */
  long prefix(int entry, int skip) {
    return prefix(chunk(entry), keyOffset(entry), keyLength(entry), skip);
  }

  /**
   * Eight bytes of a key behind the first {@code skip}, padded with zeros, as a number whose signed
   * order is the order of the bytes. Different numbers decide the order of two keys that agree in
   * the first {@code skip} bytes; equal numbers do not.
   */
  static long prefix(byte[] array, int offset, int length, int skip) {
    return KeyList.prefix(array, offset + skip, length - skip) ^ Long.MIN_VALUE;
  }

  /** Compares a key with an entry's key, both known to agree in the first {@code skip} bytes. */
  int compareKey(byte[] array, int offset, int length, int entry, int skip) {
    byte[] chunk = chunk(entry);
    int at = keyOffset(entry);
    return Arrays.compareUnsigned(
        array, offset + skip, offset + length, chunk, at + skip, at + keyLength(entry));
  }

  int compareKeys(int a, int b, int skip) {
    return compareKey(chunk(a), keyOffset(a), keyLength(a), b, skip);
  }

  /** How many leading bytes the keys of two entries share. */
  int commonPrefix(int a, int b) {
    int limit = Math.min(keyLength(a), keyLength(b));
    int from = keyOffset(a);
    int other = keyOffset(b);
    int difference = Arrays.mismatch(chunk(a), from, from + limit, chunk(b), other, other + limit);
    return difference < 0 ? limit : difference;
  }
}
