package io.firn.engine.internal.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.internal.OpKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs against an ordered set of the same keys. */
class SortedRunTest {

  private final Arena arena = new Arena();

  private SortedRun run(Collection<byte[]> keys) {
    List<byte[]> shuffled = new ArrayList<>(keys);
    Collections.shuffle(shuffled, new Random(keys.size()));
    int[] entries =
        shuffled.stream()
            .mapToInt(key -> arena.append(key, 0, key.length, 0, 1, OpKind.PUT.code()))
            .toArray();
    long[] prefixes = Arrays.stream(entries).mapToLong(entry -> arena.prefix(entry, 0)).toArray();
    return KeySort.run(arena, entries, prefixes);
  }

  private void check(SortedRun run, NavigableSet<byte[]> keys) {
    assertThat(run.size()).isEqualTo(keys.size());
    int at = 0;
    for (byte[] key : keys) {
      int entry = run.entries()[at];
      assertThat(arena.compareKey(key, 0, key.length, entry, 0)).isZero();
      assertThat(run.prefixes()[at]).isEqualTo(arena.prefix(entry, run.skip()));
      assertThat(run.lowerBound(arena, key)).isEqualTo(at);
      at++;
    }
  }

  private static NavigableSet<byte[]> keys(MemtableTest.Keys kind, Random random, int count) {
    TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
    for (int i = 0; i < count; i++) {
      keys.add(kind.make(random));
    }
    return keys;
  }

  @ParameterizedTest
  @EnumSource
  void aRunIsSortedAndSearchedLikeASet(MemtableTest.Keys kind) {
    Random random = MemtableTest.seeded();
    for (int count : new int[] {1, 2, 33, 1000, 20_000}) {
      NavigableSet<byte[]> keys = keys(kind, random, count);
      SortedRun run = run(keys);
      check(run, keys);
      for (MemtableTest.Keys other : MemtableTest.Keys.values()) {
        byte[] absent = other.make(random);
        assertThat(run.lowerBound(arena, absent)).isEqualTo(keys.headSet(absent).size());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mergedRunsAreOneOfAllKeys(MemtableTest.Keys kind) {
    Random random = MemtableTest.seeded();
    for (MemtableTest.Keys other : MemtableTest.Keys.values()) {
      NavigableSet<byte[]> all = keys(kind, random, 700);
      all.addAll(keys(other, random, 500));
      TreeSet<byte[]> some = new TreeSet<>(all.comparator());
      all.stream().filter(key -> random.nextInt(3) == 0).forEach(some::add);
      some.add(all.first());
      TreeSet<byte[]> rest = new TreeSet<>(all);
      rest.removeAll(some);
      if (!rest.isEmpty()) {
        check(SortedRun.merge(arena, run(some), run(rest)), all);
        check(SortedRun.merge(arena, run(rest), run(some)), all);
      }
    }
  }
}
