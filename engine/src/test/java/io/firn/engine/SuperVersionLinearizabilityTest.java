package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.engine.internal.OpKind;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.error.ClosedException;
import io.firn.format.CacheOptions;
import io.firn.format.DataFileReaders;
import io.firn.testkit.CrashStorage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Writes, rotations, installations of a version, reads and the closing of one table's state are
 * single steps, and whoever held a super-version gave its files back.
 */
class SuperVersionLinearizabilityTest {

  private static final int NOTHING = -1;
  private static final int CLOSED = -2;

  /** A table with a data file, in the process of Lincheck: its version is what is installed. */
  private static final class Shared {
    static final TableStore STORE;
    static final DataFileReaders READERS;

    static {
      CrashStorage storage = new CrashStorage();
      try (FirnTable table =
          FirnTable.builder()
              .path("/linearizability/table")
              .schema(Rows.SCHEMA)
              .key("id")
              .storage(storage)
              .open()) {
        table.put(Rows.row(1));
        table.flush();
      }
      STORE = TableStore.open(TableLocation.ofPath("/linearizability/table"), storage);
      READERS = new DataFileReaders(STORE.files(), CacheOptions.defaults());
    }
  }

  /** The state of a table whose files are of no interest to its reads. */
  @Param(name = "key", gen = IntGen.class, conf = "0:2")
  @Param(name = "value", gen = IntGen.class, conf = "0:9")
  public static class Subject {
    private final FilePins pins = new FilePins();
    private final ReentrantLock gate = new ReentrantLock();
    private final TableState state =
        new TableState(
            Shared.STORE, Shared.READERS, pins, new SnapshotRegistry(Long.MAX_VALUE), List.of());

    /** Under a gate, as the write path does it. */
    @Operation
    public boolean put(@Param(name = "key") int key, @Param(name = "value") int value) {
      gate.lock();
      try {
        SuperVersion view = state.peek();
        if (view == null) {
          return false;
        }
        long sequence = state.visibleSequence() + 1;
        view.active().insert(bytes(key), sequence, OpKind.PUT, bytes(value));
        state.publish(sequence);
        return true;
      } finally {
        gate.unlock();
      }
    }

    @Operation
    public boolean rotate() {
      gate.lock();
      try {
        return state.rotate(1, Shared.STORE.version().schema()).segment() == 1;
      } catch (ClosedException e) {
        return false;
      } finally {
        gate.unlock();
      }
    }

    @Operation
    public boolean install() {
      try {
        state.installVersion(null);
        return true;
      } catch (ClosedException e) {
        return false;
      }
    }

    @Operation
    public int get(@Param(name = "key") int key) {
      try (ReadState read = ReadState.acquire(state)) {
        for (SchemaMemtable rows : read.view().newestFirst()) {
          int entry = rows.memtable().find(bytes(key), read.sequence());
          if (entry != Memtable.ABSENT) {
            return ByteBuffer.wrap(rows.memtable().row(entry)).getInt();
          }
        }
        return NOTHING;
      } catch (ClosedException e) {
        return CLOSED;
      }
    }

    /** Between writes, as the engine closes. */
    @Operation
    public void close() {
      gate.lock();
      try {
        state.close();
      } finally {
        gate.unlock();
      }
    }

    /** At the end. */
    @Validate
    public void nothingStaysPinned() {
      SuperVersion view = state.peek();
      assertThat(pins.paths()).hasSize(view == null ? 0 : 1);
    }

    private static byte[] bytes(int value) {
      return ByteBuffer.allocate(4).putInt(value).array();
    }
  }

  /** A map that can be closed. */
  public static class Model {
    private final Map<Integer, Integer> rows = new TreeMap<>();
    private boolean open = true;

    public boolean put(int key, int value) {
      if (open) {
        rows.put(key, value);
      }
      return open;
    }

    public boolean rotate() {
      return open;
    }

    public boolean install() {
      return open;
    }

    public int get(int key) {
      return open ? rows.getOrDefault(key, NOTHING) : CLOSED;
    }

    public void close() {
      open = false;
    }
  }

  @Test
  void aStateIsReplacedInSingleStepsUnderItsReaders() throws Exception {
    Linearizability.check(Subject.class, Model.class, 8, 60);
  }
}
