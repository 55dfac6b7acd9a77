package io.firn.engine;

import io.firn.error.ClosedException;
import io.firn.error.SnapshotUnavailableException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TableSnapshot}: a super-version and a sequence number, kept until closed or given up.
 */
final class StateSnapshot implements TableSnapshot {

  private final TableReads reads;
  private final SuperVersion view;
  private final long sequence;
  private final SnapshotRegistry registry;

  /** Why it cannot be read any more; null while it can. */
  private final AtomicReference<@Nullable RuntimeException> ended = new AtomicReference<>();

  /**
   * @param state becomes the snapshot's
   */
  StateSnapshot(TableReads reads, ReadState state, SnapshotRegistry registry) {
    this.reads = reads;
    this.view = state.view();
    this.sequence = state.sequence();
    this.registry = registry;
    registry.add(this);
  }

  SuperVersion view() {
    return view;
  }

  /** A state for one read, which the reader closes. */
  private ReadState read() {
    RuntimeException why = ended.get();
    if (why == null && view.tryRetain()) {
      return new ReadState(view, sequence);
    }
    why = ended.get();
    throw why instanceof ClosedException
        ? new ClosedException("The snapshot is closed", why)
        : new SnapshotUnavailableException(
            "The snapshot at sequence "
                + sequence
                + " cannot be read: "
                + (why == null ? "it ended" : why.getMessage()),
            why);
  }

  @Override
  public long sequence() {
    return sequence;
  }

  @Override
  public Schema schema() {
    return reads.schema().schema();
  }

  @Override
  public List<String> keyColumns() {
    return reads.keyColumns();
  }

  @Override
  public Optional<Record> get(Object... key) {
    try (ReadState state = read()) {
      return reads.get(state, key);
    }
  }

  @Override
  public List<Optional<Record>> multiGet(List<? extends List<?>> keys) {
    try (ReadState state = read()) {
      return reads.multiGet(state, keys);
    }
  }

  @Override
  public Scan scan() {
    return reads.scan(this::read);
  }

  void giveUp(String why) {
    end(new SnapshotUnavailableException(why));
  }

  @Override
  public void close() {
    registry.remove(this);
    end(new ClosedException("The snapshot is closed"));
  }

  private void end(RuntimeException why) {
    if (ended.compareAndSet(null, why)) {
      view.release();
    }
  }
}
