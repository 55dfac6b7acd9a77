package io.firn.engine.internal.memtable;

import io.firn.engine.Linearizability;
import io.firn.engine.internal.OpKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** A memtable with one inserter at a time and readers beside it answers as a map does. */
class MemtableLinearizabilityTest {

  private static final int NOTHING = -1;

  /** Inserts behind a gate, as the write path does; tables of the index are about to grow. */
  @Param(name = "key", gen = IntGen.class, conf = "0:3")
  @Param(name = "value", gen = IntGen.class, conf = "0:9")
  public static class Subject {
    private final Memtable memtable = new Memtable(1);
    private final ReentrantLock gate = new ReentrantLock();
    private long sequence;
    private volatile long visible;

    public Subject() {
      for (int i = 0; i < 5 * KeyIndex.TABLES; i++) {
        insert(100 + i, 0);
      }
    }

    private void insert(int key, int value) {
      sequence++;
      memtable.insert(bytes(key), sequence, OpKind.PUT, bytes(value));
      visible = sequence;
    }

    @Operation
    public void put(@Param(name = "key") int key, @Param(name = "value") int value) {
      gate.lock();
      try {
        insert(key, value);
      } finally {
        gate.unlock();
      }
    }

    @Operation
    public int get(@Param(name = "key") int key) {
      int entry = memtable.find(bytes(key), visible);
      return entry == Memtable.ABSENT ? NOTHING : ByteBuffer.wrap(memtable.row(entry)).getInt();
    }

    @Operation
    public List<Integer> scan() {
      List<Integer> found = new ArrayList<>();
      MemtableCursor cursor = memtable.ascending(null, bytes(4), visible);
      for (int entry = cursor.next(); entry != Memtable.ABSENT; entry = cursor.next()) {
        found.add(ByteBuffer.wrap(memtable.key(entry)).getInt());
        found.add(ByteBuffer.wrap(memtable.row(entry)).getInt());
      }
      return found;
    }

    private static byte[] bytes(int value) {
      return ByteBuffer.allocate(4).putInt(value).array();
    }
  }

  /** A map. */
  public static class Model {
    private final TreeMap<Integer, Integer> rows = new TreeMap<>();

    public void put(int key, int value) {
      rows.put(key, value);
    }

    public int get(int key) {
      return rows.getOrDefault(key, NOTHING);
    }

    public List<Integer> scan() {
      List<Integer> found = new ArrayList<>();
      rows.forEach(
          (key, value) -> {
            found.add(key);
            found.add(value);
          });
      return found;
    }
  }

  @Test
  void readersBesideAnInserterAreLinearizable() throws Exception {
    Linearizability.check(Subject.class, Model.class, 10, 300);
  }
}
