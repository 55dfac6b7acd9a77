package io.firn.benchmarks.jmh;

import io.firn.engine.internal.OpKind;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.engine.internal.memtable.MemtableCursor;
import io.firn.format.KeyCodec;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.data.Record;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The memtable with reference rows in random order of keys, an entry an operation. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MemtableBenchmark {

  private static final int ENTRIES = 1 << 18;

  private final byte[][] keys = new byte[ENTRIES][];
  private final byte[][] absent = new byte[ENTRIES][];
  private final byte[][] sources = new byte[ENTRIES][];
  private final Memtable full = new Memtable(1);
  private int next;

  /** Makes the entries and a full memtable, and proves that each is found in it. */
  @Setup
  public void prepare() {
    KeyCodec codec = BenchmarkRows.TABLE.keys();
    Record[] rows = BenchmarkRows.records(ENTRIES);
    int[] order = BenchmarkRows.shuffled(ENTRIES, 2);
    for (int i = 0; i < ENTRIES; i++) {
      Record row = rows[order[i]];
      keys[i] = codec.encodeFromRow(row);
      absent[i] = codec.encode((Long) row.get(0) + 1);
      byte[] encoded = BenchmarkRows.TABLE.rows().encode(row);
      sources[i] = Arrays.copyOf(keys[i], keys[i].length + encoded.length);
      System.arraycopy(encoded, 0, sources[i], keys[i].length, encoded.length);
      insert(full, i);
    }
    for (int i = 0; i < ENTRIES; i++) {
      if (full.sequence(full.find(keys[i], ENTRIES)) != i
          || full.find(absent[i], ENTRIES) != Memtable.ABSENT) {
        throw new AssertionError("The memtable answers wrongly");
      }
    }
  }

  private void insert(Memtable target, int i) {
    int keyLength = keys[i].length;
    target.insert(sources[i], 0, keyLength, sources[i].length - keyLength, i, OpKind.PUT);
  }

  /** Fills a memtable. */
  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public long insert() {
    return filled().count();
  }

  /** Fills a memtable and has its keys sorted. */
  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public int insertAndSort() {
    return filled().ascending(null, null, ENTRIES).next();
  }

  private Memtable filled() {
    Memtable target = new Memtable(2);
    for (int i = 0; i < ENTRIES; i++) {
      insert(target, i);
    }
    return target;
  }

  /** Looks a key up that is there. */
  @Benchmark
  public int findPresent() {
    return full.find(keys[next++ & ENTRIES - 1], ENTRIES);
  }

  /** Looks a key up that is not there. */
  @Benchmark
  public int findAbsent() {
    return full.find(absent[next++ & ENTRIES - 1], ENTRIES);
  }

  /** Walks over the memtable in order of keys, as a flush does. */
  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public int walk() {
    MemtableCursor cursor = full.ascending(null, null, ENTRIES);
    int entries = 0;
    while (cursor.next() != Memtable.ABSENT) {
      entries++;
    }
    return entries;
  }
}
