package io.firn.engine.internal.memtable;

import io.firn.engine.internal.OpKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Versions of rows by key, ordered by key ascending and sequence number descending. A B-tree whose
 * leaves are filled in order of arrival, over an arena of bytes: an insert descends, appends, and
 * allocates nothing per row.
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

  private static final int LEAF_BYTES = 64 + Leaf.CAPACITY * (Long.BYTES + Integer.BYTES);
  private static final int DEPTH_MAX = 12;

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Memtable.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long id;
  private final Arena arena = new Arena();
  private volatile Node root;
  private volatile long firstSequence = -1;

  // Written by the inserter, read by anybody as an estimate.
  private long count;
  private long bytes = LEAF_BYTES;
  private long lastSequence = -1;

  // The inserter's own: the way from the root to the leaf.
  private final Inner[] path = new Inner[DEPTH_MAX];
  private final int[] slots = new int[DEPTH_MAX];

  /** And where this ends: one of some leaves. At first there is one only, with nothing above it. */
  private LeafSlots leaves;

  private int slot;

  /**
   * @param id the identity of this memtable among those of its table
   */
  public Memtable(long id) {
    this.id = id;
    Leaf first = new Leaf(0, 0, 0);
    this.root = first;
    this.leaves = LeafSlots.of(first);
  }

  /** The identity of this memtable among those of its table. */
  public long id() {
    return id;
  }

  /** Inserts a version of a key; see the longer form. */
  public void insert(byte[] key, long sequence, OpKind kind, byte[] row) {
    byte[] both = Arrays.copyOf(key, key.length + row.length);
    System.arraycopy(row, 0, both, key.length, row.length);
    insert(both, 0, key.length, key.length, row.length, sequence, kind);
  }

  /**
   * Inserts a version of a key. Sequence numbers need not arrive in order, but no two inserts may
   * agree in key and sequence number.
   *
   * @param source holds the key and the row; copied
   * @param sequence from 0 to 2 to the power of 55
   */
  public void insert(
      byte[] source,
      int keyOffset,
      int keyLength,
      int rowOffset,
      int rowLength,
      long sequence,
      OpKind kind) {
    int entry =
        arena.append(source, keyOffset, keyLength, rowOffset, rowLength, sequence, kind.code());
    descend(source, keyOffset, keyLength, sequence);
    if (leaves.isFull(slot)) {
      split(leaves.leaf(slot));
      descend(source, keyOffset, keyLength, sequence);
    }
    long prefix = Arena.prefix(source, keyOffset, keyLength, leaves.skip(slot));
    leaves.append(slot, prefix, entry);
    if (firstSequence < 0) {
      firstSequence = sequence;
    }
    COUNT.setOpaque(this, count + 1);
    BYTES.setOpaque(this, bytes + Arena.entryBytes(keyLength, rowLength));
    LAST.setOpaque(this, Math.max(lastSequence, sequence));
  }

  /**
   * Finds the leaf for (key, sequence), remembering the way, and does not touch it. For the
   * inserter.
   */
  private void descend(byte[] array, int offset, int length, long sequence) {
    Node node = root;
    int depth = 0;
    while (node instanceof Inner inner) {
      int child = inner.childFor(arena, array, offset, length, sequence);
      path[depth] = inner;
      slots[depth++] = child;
      LeafSlots below = inner.leaves();
      if (below != null) {
        leaves = below;
        slot = child;
        break;
      }
      node = inner.child(child);
    }
    path[depth] = null;
  }

  /** Replaces the full leaf that {@link #descend} has just found by two. */
  private void split(Leaf leaf) {
    long[] prefixes = leaf.prefixes.clone();
    int[] entries = leaf.entries.clone();
    int full = Leaf.CAPACITY;
    int newest = entries[full - 1];
    Leaf.sort(arena, prefixes, entries, full, leaf.skip);
    // Keys that arrive in ascending order never come back to a leaf: leave it full.
    boolean ascending = leaf.high == 0 && entries[full - 1] == newest;
    int middle = ascending ? full - 1 : full / 2;
    int separator = entries[middle];
    Node left = Leaf.of(arena, leaf.low, separator, leaf.skip, prefixes, entries, 0, middle);
    Node right = Leaf.of(arena, separator, leaf.high, leaf.skip, prefixes, entries, middle, full);
    BYTES.setOpaque(this, bytes + LEAF_BYTES);

    int depth = 0;
    while (path[depth] != null) {
      depth++;
    }
    while (depth-- > 0) {
      Inner parent = path[depth].withSplit(arena, slots[depth], left, separator, right);
      if (!parent.isFull()) {
        install(depth, parent);
        return;
      }
      separator = parent.middleSeparator();
      left = parent.leftHalf(arena);
      right = parent.rightHalf(arena);
    }
    root = Inner.root(arena, left, separator, right);
  }

  private void install(int depth, Inner node) {
    if (depth == 0) {
      root = node;
    } else {
      path[depth - 1].replace(slots[depth - 1], node);
    }
  }

  /**
   * The newest version of a key at a sequence number: the name of its entry, a put or a delete, or
   * {@link #ABSENT}.
   */
  public int find(byte[] key, long maxSequence) {
    Leaf leaf = leafFor(key, 0, key.length, maxSequence);
    int count = leaf.count();
    int skip = leaf.skip;
    long prefix = Arena.prefix(key, 0, key.length, skip);
    long[] prefixes = leaf.prefixes;
    int best = ABSENT;
    long bestSequence = -1;
    for (int i = 0; i < count; i++) {
      if (prefixes[i] == prefix) {
        int entry = leaf.entries[i];
        long sequence = arena.sequence(entry);
        if (sequence <= maxSequence
            && sequence > bestSequence
            && arena.compareKey(key, 0, key.length, entry, skip) == 0) {
          best = entry;
          bestSequence = sequence;
        }
      }
    }
    if (best == ABSENT
        && leaf.high != 0
        && arena.sequence(leaf.high) <= maxSequence
        && arena.compareKey(key, 0, key.length, leaf.high, 0) == 0) {
      // The versions of one key may fill several leaves; the next one begins with the newest left.
      return leaf.high;
    }
    return best;
  }

  Leaf leafFor(byte[] array, int offset, int length, long sequence) {
    Node node = root;
    while (node instanceof Inner inner) {
      node = inner.child(inner.childFor(arena, array, offset, length, sequence));
    }
    return (Leaf) node;
  }

  /** The leaf that begins with an entry that is another leaf's upper bound. */
  Leaf leafFrom(int bound) {
    return leafFor(
        arena.chunk(bound), arena.keyOffset(bound), arena.keyLength(bound), arena.sequence(bound));
  }

  /** The leaf that ends before an entry that is another leaf's lower bound. */
  Leaf leafBefore(int bound) {
    Node node = root;
    while (node instanceof Inner inner) {
      node = inner.child(inner.childBefore(arena, bound));
    }
    return (Leaf) node;
  }

  Leaf firstLeaf() {
    Node node = root;
    while (node instanceof Inner inner) {
      node = inner.child(0);
    }
    return (Leaf) node;
  }

  Leaf lastLeaf() {
    Node node = root;
    while (node instanceof Inner inner) {
      node = inner.lastChild();
    }
    return (Leaf) node;
  }

  Arena arena() {
    return arena;
  }

  /**
   * The newest version of every key, deletes included, in ascending order of keys.
   *
   * @param from first key, inclusive; null for all
   * @param to end of the keys, exclusive; null for all
   */
  public MemtableCursor ascending(byte @Nullable [] from, byte @Nullable [] to, long maxSequence) {
    return new AscendingCursor(this, from, to, maxSequence);
  }

  /** Like {@link #ascending}, in descending order of keys. */
  public MemtableCursor descending(byte @Nullable [] from, byte @Nullable [] to, long maxSequence) {
    return new DescendingCursor(this, from, to, maxSequence);
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

  /** Bytes in use for entries and tree; may lag behind an insert in progress. */
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
