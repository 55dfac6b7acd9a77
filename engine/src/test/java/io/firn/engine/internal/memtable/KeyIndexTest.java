package io.firn.engine.internal.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.internal.OpKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyIndexTest {

  private final Arena arena = new Arena();
  private final KeyIndex index = new KeyIndex(arena);

  private static byte[] key(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  private int append(byte[] key) {
    return arena.append(key, 0, key.length, 0, 1, OpKind.PUT.code());
  }

  private int find(int hash, byte[] key) {
    return index.find(hash, key, 0, key.length);
  }

  @Test
  void keysOfOneHashAreToldApartByTheirBytes() {
    int[] hashes = {0, -2, 0x1234_5678};
    int[][] entries = new int[hashes.length][100];
    for (int h = 0; h < hashes.length; h++) {
      for (int i = 0; i < 100; i++) {
        assertThat(find(hashes[h], key(i))).isEqualTo(Memtable.ABSENT);
        entries[h][i] = append(key(i));
        index.put(hashes[h], entries[h][i]);
      }
    }
    for (int h = 0; h < hashes.length; h++) {
      for (int i = 0; i < 100; i++) {
        assertThat(find(hashes[h], key(i))).isEqualTo(entries[h][i]);
      }
      assertThat(find(hashes[h], key(100))).isEqualTo(Memtable.ABSENT);
      assertThat(find(hashes[h] + 1, key(0))).isEqualTo(Memtable.ABSENT);
    }
  }

  @Test
  void whatItHasGrownByIsTold() {
    long bytes = 0;
    int keys = 10_000;
    for (int i = 0; i < keys; i++) {
      byte[] key = key(i);
      bytes += index.put(KeyHash.of(key, 0, key.length), append(key));
    }
    // Tables are more than three eighths and at most three quarters full.
    assertThat(bytes).isBetween(keys * 8L * 4 / 3, keys * 8L * 8 / 3);
  }

  @Test
  void aHashIsOfTheBytesWhereverTheyLie() {
    for (int length = 0; length < 40; length++) {
      byte[] key = new byte[length];
      Arrays.fill(key, (byte) length);
      byte[] longer = new byte[length + 11];
      System.arraycopy(key, 0, longer, 5, length);
      int hash = KeyHash.of(key, 0, length);
      assertThat(KeyHash.of(longer, 5, length)).isEqualTo(hash);
      for (int i = 0; i < length; i++) {
        key[i]++;
        assertThat(KeyHash.of(key, 0, length)).isNotEqualTo(hash);
        key[i]--;
      }
    }
  }

  @Test
  void hashesOfKeysInARowAreSpreadOverAllTables() {
    int keys = 64_000;
    Set<Integer> different = new HashSet<>();
    int[] byTable = new int[KeyIndex.TABLES];
    for (long i = 0; i < keys; i++) {
      int hash = KeyHash.of(key(i << 20), 0, 8);
      different.add(hash);
      byTable[hash >>> 26]++;
    }
    // Of so many random numbers of 32 bits one in two sets has a pair of equal ones.
    assertThat(different.size()).isGreaterThan(keys - 20);
    // 1,000 and a deviation of 32: seven of them.
    assertThat(Arrays.stream(byTable)).allMatch(count -> count > 780 && count < 1220);
  }
}
