package io.firn.engine.internal.memtable;

import io.firn.engine.internal.OpKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Versions of rows by key: an arena of bytes and a hash index over it. An insert appends its bytes
 * and puts their name into the index, and allocates nothing per row. The order of the keys is made
 * when it is asked for, see {@link SortedRuns}: by a flush once, by scans as far as it is not known
 * yet.
 *
 * <p><b>Threads.</b> One inserter at a time: the caller's write gate orders inserts, and hands on
 * what one inserter did to the next. Any number of readers, without a lock, at any time. A reader
 * that asks at sequence number S sees every entry up to S whose insert had returned before S was
 * made known to it, and never an entry above S.
 *
 * <p><b>Entries</b> are named by an {@code int}, valid as long as the memtable. Their bytes never
 * move and are handed out in place: whoever gets {@link #array} must not write to it.
 *
 * <p>A memtable is memory only; nothing of it survives the process. It needs no close.
 */
public final class Memtable {

  /** No entry: the memtable says nothing about the key. */
  public static final int ABSENT = 0;

  private static final VarHandle COUNT = field("count");
  private static final VarHandle BYTES = field("bytes");
  private static final VarHandle LAST = field("lastSequence");

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Memtable.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long id;
  private final Arena arena = new Arena();
  private final Versions versions = new Versions(arena);
  private final KeyIndex index = new KeyIndex(arena);
  private final Arrivals arrivals = new Arrivals();
  private final SortedRuns sorted = new SortedRuns(arena, arrivals);
  private volatile long firstSequence = -1;

  // Written by the inserter, read by anybody as an estimate.
  private long count;
  private long bytes;

  @SuppressWarnings("unused") // Through LAST.
  private long lastSequence = -1;

  /**
   * @param id the identity of this memtable among those of its table
   */
  public Memtable(long id) {
    this.id = id;
  }

  /** The identity of this memtable among those of its table. */
  public long id() {
    return id;
  }

  /** Inserts a version of a key; see the longer form. */
  public void insert(byte[] key, long sequence, OpKind kind, byte[] row) {
    byte[] both = Arrays.copyOf(key, key.length + row.length);
    System.arraycopy(row, 0, both, key.length, row.length);
    insert(both, 0, key.length, row.length, sequence, kind);
  }

  /**
   * Inserts a version of a key.
   *
   * @param source holds the key, and directly behind it the row; copied
   * @param sequence from 0 to 2 to the power of 55, higher than that of every earlier insert
   */
  public void insert(
      byte[] source, int keyOffset, int keyLength, int rowLength, long sequence, OpKind kind) {
    int entry = arena.append(source, keyOffset, keyLength, rowLength, sequence, kind.code());
    int hash = KeyHash.of(source, keyOffset, keyLength);
    int first = index.find(hash, source, keyOffset, keyLength);
    long grown = 0;
    if (first == ABSENT) {
      arrivals.add(entry, Arena.prefix(source, keyOffset, keyLength, 0));
      grown = Arrivals.KEY_BYTES + index.put(hash, entry);
    } else {
      versions.add(first, entry);
    }
    if (firstSequence < 0) {
      firstSequence = sequence;
    }
    COUNT.setOpaque(this, count + 1);
    BYTES.setOpaque(this, bytes + Arena.entryBytes(keyLength, rowLength) + grown);
    LAST.setOpaque(this, sequence);
  }

  /**
   * The newest version of a key at a sequence number: the name of its entry, a put or a delete, or
   * {@link #ABSENT}. Passes newer versions one by one.
   */
  public int find(byte[] key, long maxSequence) {
    int first = index.find(KeyHash.of(key, 0, key.length), key, 0, key.length);
    return first == ABSENT ? ABSENT : versions.at(first, maxSequence);
  }

  /**
   * The newest version of every key, deletes included, in ascending order of keys.
   *
   * @param from first key, inclusive; null for all
   * @param to end of the keys, exclusive; null for all
   */
  public MemtableCursor ascending(byte @Nullable [] from, byte @Nullable [] to, long maxSequence) {
    return cursor(from, to, maxSequence, true);
  }

  /** Like {@link #ascending}, in descending order of keys. */
  public MemtableCursor descending(byte @Nullable [] from, byte @Nullable [] to, long maxSequence) {
    return cursor(from, to, maxSequence, false);
  }

  private MemtableCursor cursor(
      byte @Nullable [] from, byte @Nullable [] to, long maxSequence, boolean ascending) {
    SortedRun[] runs = sorted.runs();
    long entryBytes = arena.bytes() / Math.max(1, count());
    return new MemtableCursor(arena, versions, runs, from, to, maxSequence, ascending, entryBytes);
  }

  /** What an entry does. */
  public OpKind kind(int entry) {
    return arena.kind(entry);
  }

  /** The sequence number of an entry. */
  public long sequence(int entry) {
    return arena.sequence(entry);
  }

  /** The array that holds an entry's key and row. */
  public byte[] array(int entry) {
    return arena.chunk(entry);
  }

  /** Where an entry's key begins in its array. */
  public int keyOffset(int entry) {
    return arena.keyOffset(entry);
  }

  public int keyLength(int entry) {
    return arena.keyLength(entry);
  }

  /** Where an entry's row begins in its array. */
  public int rowOffset(int entry) {
    return arena.rowOffset(entry);
  }

  public int rowLength(int entry) {
    return arena.rowLength(entry);
  }

  /** A copy of an entry's key. */
  public byte[] key(int entry) {
    int offset = arena.keyOffset(entry);
    return Arrays.copyOfRange(arena.chunk(entry), offset, offset + arena.keyLength(entry));
  }

  /** A copy of an entry's row. */
  public byte[] row(int entry) {
    int offset = arena.rowOffset(entry);
    return Arrays.copyOfRange(arena.chunk(entry), offset, offset + arena.rowLength(entry));
  }

  /** Entries inserted, all versions; may lag behind an insert in progress. */
  public long count() {
    return (long) COUNT.getOpaque(this);
  }

  /** Bytes in use for entries and index; may lag behind an insert in progress. */
  public long bytes() {
    return (long) BYTES.getOpaque(this);
  }

  /** Bytes allocated for entries, in use or not. */
  public long bytesAllocated() {
    return arena.bytes();
  }

  /** The sequence number of the first entry inserted; -1 if there is none. */
  public long firstSequence() {
    return firstSequence;
  }

  /** The highest sequence number inserted; -1 if there is none. */
  public long lastSequence() {
    return (long) LAST.getOpaque(this);
  }
}
