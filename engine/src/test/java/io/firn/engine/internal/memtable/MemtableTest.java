package io.firn.engine.internal.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.internal.OpKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemtableTest {

  /** How keys look decides which of their bytes the order is made from. */
  enum Keys {
    LONGS {
      @Override
      byte[] make(Random random) {
        return ByteBuffer.allocate(8).putLong(random.nextInt(2000) * 7919L).array();
      }
    },
    SHARED_PREFIX {
      @Override
      byte[] make(Random random) {
        return ("tenant-0001/customer-" + random.nextInt(3000)).getBytes(StandardCharsets.UTF_8);
      }
    },
    TENANTS {
      @Override
      byte[] make(Random random) {
        return ("eu-central-1/" + random.nextInt(3) + "/of-this-customer/" + random.nextInt(900))
            .getBytes(StandardCharsets.UTF_8);
      }
    },
    ZEROS {
      @Override
      byte[] make(Random random) {
        return new byte[random.nextInt(500)];
      }
    },
    PREFIXES_OF_EACH_OTHER {
      @Override
      byte[] make(Random random) {
        byte[] key = new byte[random.nextInt(20)];
        for (int i = 0; i < key.length; i++) {
          key[i] = (byte) (random.nextInt(8) == 0 ? 1 : 0);
        }
        return key;
      }
    },
    FEW {
      @Override
      byte[] make(Random random) {
        return new byte[] {(byte) random.nextInt(3)};
      }
    },
    RANDOM_BYTES {
      @Override
      byte[] make(Random random) {
        byte[] key = new byte[random.nextInt(12)];
        random.nextBytes(key);
        return key;
      }
    };

    abstract byte[] make(Random random);
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Row(long sequence, OpKind kind, byte[] row) {}

  private static final class Model {
    final TreeMap<byte[], TreeMap<Long, Row>> versions = new TreeMap<>(Arrays::compareUnsigned);

    void insert(byte[] key, Row row) {
      versions.computeIfAbsent(key, k -> new TreeMap<>()).put(row.sequence(), row);
    }

    Row find(byte[] key, long max) {
      TreeMap<Long, Row> of = versions.get(key);
      return of == null || of.floorEntry(max) == null ? null : of.floorEntry(max).getValue();
    }

    List<String> range(byte[] from, byte[] to, long max) {
      NavigableMap<byte[], TreeMap<Long, Row>> range = versions;
      range = from == null ? range : range.tailMap(from, true);
      range = to == null ? range : range.headMap(to, false);
      List<String> seen = new ArrayList<>();
      range.forEach(
          (key, of) -> {
            if (of.floorEntry(max) != null) {
              seen.add(print(key, of.floorEntry(max).getValue()));
            }
          });
      return seen;
    }
  }

  private static String print(byte[] key, Row row) {
    return Arrays.toString(key) + "@" + row.sequence() + row.kind() + Arrays.hashCode(row.row());
  }

  private static String print(Memtable table, int entry) {
    return print(
        table.key(entry), new Row(table.sequence(entry), table.kind(entry), table.row(entry)));
  }

  private static List<String> drain(Memtable table, MemtableCursor cursor) {
    List<String> seen = new ArrayList<>();
    for (int entry = cursor.next(); entry != Memtable.ABSENT; entry = cursor.next()) {
      seen.add(print(table, entry));
    }
    assertThat(cursor.next()).isEqualTo(Memtable.ABSENT);
    return seen;
  }

  static Random seeded() {
    String given = System.getProperty("firn.seed", "");
    long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
    System.out.println("firn.seed=" + seed);
    return new Random(seed);
  }

  @ParameterizedTest
  @EnumSource
  void anyHistoryReadsLikeAnOrderedMapAtEverySequence(Keys keys) {
    Random random = seeded();
    Memtable table = new Memtable(7);
    Model model = new Model();
    int operations = 20_000;
    for (int sequence = 0; sequence < operations; sequence++) {
      byte[] key = keys.make(random);
      byte[] row = new byte[random.nextInt(50)];
      random.nextBytes(row);
      OpKind kind = random.nextInt(5) == 0 ? OpKind.DELETE : OpKind.PUT;
      table.insert(key, sequence, kind, row);
      model.insert(key, new Row(sequence, kind, row));
      if (sequence % 1000 == 999) {
        for (long max : new long[] {-1, sequence / 3, sequence - 1, sequence, Long.MAX_VALUE}) {
          compare(table, model, keys, random, max);
        }
      }
    }
    assertThat(table.count()).isEqualTo(operations);
    assertThat(table.firstSequence()).isZero();
    assertThat(table.lastSequence()).isEqualTo(operations - 1);
    assertThat(table.id()).isEqualTo(7);
  }

  private static void compare(Memtable table, Model model, Keys keys, Random random, long max) {
    for (int i = 0; i < 200; i++) {
      byte[] key = keys.make(random);
      Row expected = model.find(key, max);
      int found = table.find(key, max);
      assertThat(found == Memtable.ABSENT ? null : print(table, found))
          .isEqualTo(expected == null ? null : print(key, expected));
    }
    for (int i = 0; i < 6; i++) {
      byte[] from = i < 2 ? null : keys.make(random);
      byte[] to = i % 2 == 0 ? null : keys.make(random);
      if (from != null && to != null && Arrays.compareUnsigned(from, to) > 0) {
        byte[] swap = from;
        from = to;
        to = swap;
      }
      List<String> expected = model.range(from, to, max);
      assertThat(drain(table, table.ascending(from, to, max))).isEqualTo(expected);
      java.util.Collections.reverse(expected);
      assertThat(drain(table, table.descending(from, to, max))).isEqualTo(expected);
    }
  }

  @Test
  void anEmptyMemtableHasNothing() {
    Memtable table = new Memtable(1);
    assertThat(table.find(new byte[0], Long.MAX_VALUE)).isEqualTo(Memtable.ABSENT);
    assertThat(table.ascending(null, null, Long.MAX_VALUE).next()).isEqualTo(Memtable.ABSENT);
    assertThat(table.descending(null, null, Long.MAX_VALUE).next()).isEqualTo(Memtable.ABSENT);
    assertThat(table.firstSequence()).isEqualTo(-1);
    assertThat(table.lastSequence()).isEqualTo(-1);
    assertThat(table.count()).isZero();
  }

  @Test
  void aRowLargerThanAChunkKeepsItsBytes() {
    Memtable table = new Memtable(1);
    byte[] large = new byte[5 << 20];
    new Random(1).nextBytes(large);
    for (int i = 0; i < 5; i++) {
      table.insert(new byte[] {(byte) (2 * i)}, 2L * i, OpKind.PUT, large);
      table.insert(new byte[] {(byte) (2 * i + 1)}, 2L * i + 1, OpKind.PUT, new byte[] {9});
    }
    for (int i = 0; i < 5; i++) {
      int entry = table.find(new byte[] {(byte) (2 * i)}, 100);
      int offset = table.rowOffset(entry);
      assertThat(table.rowLength(entry)).isEqualTo(large.length);
      assertThat(
              Arrays.equals(
                  table.array(entry), offset, offset + large.length, large, 0, large.length))
          .isTrue();
      assertThat(table.row(table.find(new byte[] {(byte) (2 * i + 1)}, 100))).containsExactly(9);
    }
    assertThat(table.bytes()).isGreaterThan(25L << 20).isLessThan(26L << 20);
    assertThat(table.bytesAllocated()).isGreaterThan(25L << 20);
  }

  @Test
  void aSmallRowTakesFewBytesBesideItsOwn() {
    Memtable table = new Memtable(1);
    int rows = 100_000;
    for (int i = 0; i < rows; i++) {
      table.insert(ByteBuffer.allocate(8).putLong(i).array(), i, OpKind.PUT, new byte[8]);
    }
    // 40 in the arena, 12 for the order, and of the index 11 to 21.
    assertThat(table.bytes() / rows).isBetween(62L, 74L);
    assertThat(drain(table, table.ascending(null, null, rows))).hasSize(rows);
  }

  @Test
  void aCursorReadsOnInTheOrderOfWhenItWasMade() {
    Memtable table = new Memtable(1);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      byte[] key = key(2L * i);
      table.insert(key, i, OpKind.PUT, key);
      expected.add(print(key, new Row(i, OpKind.PUT, key)));
    }
    MemtableCursor cursor = table.ascending(null, null, 2999);
    for (int i = 3000; i < 9000; i++) {
      table.insert(key(2L * i - 5999), i, OpKind.PUT, new byte[0]);
      if (i % 1000 == 0) {
        table.descending(null, null, i).next();
      }
    }
    assertThat(drain(table, cursor)).isEqualTo(expected);
  }

  @Test
  void readersBesideTheInserterSeeExactlyWhatWasPublished() throws Exception {
    Memtable table = new Memtable(1);
    AtomicLong visible = new AtomicLong(-1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    int keys = 500;
    long last = 200_000;
    // Sequence s writes key (s * 7919) % keys with row s: what a reader must see at S is known.
    Runnable reader =
        () -> {
          try {
            long at = visible.get();
            while (at < last) {
              at = visible.get();
              checkPrefix(table, keys, at);
            }
          } catch (Throwable e) {
            failure.set(e);
          }
        };
    Thread[] readers = {new Thread(reader), new Thread(reader)};
    for (Thread thread : readers) {
      thread.start();
    }
    for (long s = 0; s <= last && failure.get() == null; s++) {
      table.insert(key(s * 7919 % keys), s, OpKind.PUT, ByteBuffer.allocate(8).putLong(s).array());
      visible.set(s);
    }
    visible.set(last);
    for (Thread thread : readers) {
      thread.join();
    }
    assertThat(failure.get()).isNull();
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  private static void checkPrefix(Memtable table, int keys, long at) {
    // 7919 and 500 share no factor: every key is written once in any run of 500 sequences.
    long expectedKeys = Math.min(keys, at + 1);
    int count = 0;
    MemtableCursor cursor = table.ascending(null, null, at);
    for (int entry = cursor.next(); entry != Memtable.ABSENT; entry = cursor.next()) {
      checkEntry(table, keys, at, entry);
      count++;
    }
    assertThat(count).isEqualTo((int) expectedKeys);
    cursor = table.descending(null, null, at);
    for (int entry = cursor.next(); entry != Memtable.ABSENT; entry = cursor.next()) {
      checkEntry(table, keys, at, entry);
      count--;
    }
    assertThat(count).isZero();
    for (long s = at; s >= 0 && s > at - 50; s--) {
      int entry = table.find(key(s * 7919 % keys), at);
      assertThat(entry).isNotEqualTo(Memtable.ABSENT);
      assertThat(table.sequence(entry)).isEqualTo(s);
    }
  }

  private static void checkEntry(Memtable table, int keys, long at, int entry) {
    long sequence = table.sequence(entry);
    if (sequence > at || sequence <= at - keys) {
      throw new AssertionError("At " + at + " the newest version is " + sequence);
    }
    long row = ByteBuffer.wrap(table.row(entry)).getLong();
    long key = ByteBuffer.wrap(table.key(entry)).getLong();
    if (row != sequence || key != sequence * 7919 % keys) {
      throw new AssertionError("Torn entry " + key + " " + row + " at " + sequence);
    }
  }
}
