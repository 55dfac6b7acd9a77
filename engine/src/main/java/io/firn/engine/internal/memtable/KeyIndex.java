package io.firn.engine.internal.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * From a key to its first entry: hash tables with open addressing, told apart by the highest bits
 * of the hash, so that growing means copying a small one. A slot holds a key's hash beside the name
 * of its entry, and 0 if it is free.
 *
 * <p>One thread puts. Readers see, without a lock, all that was put before what they know of was
 * made known to them: slots and grown tables are published with release and read with acquire. Who
 * still looks into a table that has been replaced misses only what was put since.
 */
final class KeyIndex {

  private static final VarHandle TABLE = MethodHandles.arrayElementVarHandle(long[][].class);
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int TABLE_BITS = 6;
  static final int TABLES = 1 << TABLE_BITS;
  private static final int SLOTS_MIN = 8;

  private final Arena arena;
  private final long[][] tables = new long[TABLES][];

  // The putting thread's own.
  private final int[] counts = new int[TABLES];

  KeyIndex(Arena arena) {
    this.arena = arena;
  }

  /** The first entry of a key, or {@link Memtable#ABSENT}. */
  int find(int hash, byte[] key, int offset, int length) {
    long[] table = (long[]) TABLE.getAcquire(tables, hash >>> (32 - TABLE_BITS));
    if (table == null) {
      return Memtable.ABSENT;
    }
    int mask = table.length - 1;
    int at = home(hash, table);
    while (true) {
      long slot = (long) SLOT.getAcquire(table, at);
      if (slot == 0) {
        return Memtable.ABSENT;
      }
      if ((int) (slot >>> 32) == hash) {
        int entry = (int) slot;
        if (arena.compareKey(key, offset, length, entry, 0) == 0) {
          return entry;
        }
      }
      at = (at + 1) & mask;
    }
  }

  /**
   * Puts the first entry of a key that is not there yet.
   *
   * @return by how many bytes the index has grown
   */
  long put(int hash, int entry) {
    int number = hash >>> (32 - TABLE_BITS);
    long[] table = tables[number];
    long grown = 0;
    if (table == null || counts[number] >= table.length - table.length / 4) {
      int slots = table == null ? 0 : table.length;
      table = grown(table, Math.max(SLOTS_MIN, 2 * slots));
      grown = (long) (table.length - slots) * Long.BYTES;
      TABLE.setRelease(tables, number, table);
    }
    counts[number]++;
    place(table, (long) hash << 32 | entry);
    return grown;
  }

  private static long[] grown(long @Nullable [] table, int slots) {
    long[] larger = new long[slots];
    if (table != null) {
      for (long slot : table) {
        if (slot != 0) {
          place(larger, slot);
        }
      }
    }
    return larger;
  }

  private static void place(long[] table, long slot) {
    int mask = table.length - 1;
    int at = home((int) (slot >>> 32), table);
    while (table[at] != 0) {
      at = (at + 1) & mask;
    }
    SLOT.setRelease(table, at, slot);
  }

  /** Where a hash belongs: by the bits below those that chose the table. */
  private static int home(int hash, long[] table) {
    return (hash << TABLE_BITS) >>> (Integer.numberOfLeadingZeros(table.length) + 1);
  }
}
