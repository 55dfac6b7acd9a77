package io.firn.benchmarks.reference;

import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.Latencies;
import io.firn.benchmarks.suite.ProcessFigures;
import java.util.function.Consumer;

/**
 * W1 and W2: measures writes as they are acknowledged, until everything is settled, and what they
 * cost in processor time and bytes written.
 */
final class WriteMeasurement {

  private final StoreKind kind;
  private final Store<?> store;
  private final ReferenceWrites writes;
  private final FigureSink sink;
  private long userBytes;
  private final long writtenBefore = ProcessFigures.writtenBytes();

  WriteMeasurement(StoreKind kind, Store<?> store, ReferenceWrites writes, FigureSink sink) {
    this.kind = kind;
    this.store = store;
    this.writes = writes;
    this.sink = sink;
  }

  void load(int rows) {
    measure("W1 load", rows, writes::load);
  }

  void update() {
    measure("W2 update", writes.updates(), writes::update);
  }

  /** The bytes written for each byte of user data, up to here. */
  void writeAmplification() {
    sink.figure(
        "W1+W2 write amplification",
        "bytes per byte of user data",
        (double) (ProcessFigures.writtenBytes() - writtenBefore) / userBytes);
  }

  private void measure(String what, int count, Consumer<ReferenceWrites.Target> source) {
    Latencies latencies = new Latencies(count);
    long cpu = ProcessFigures.cpuNanos();
    long start = System.nanoTime();
    source.accept(new Timed(latencies));
    store.acknowledge();
    long acknowledged = System.nanoTime() - start;
    store.settle();
    long settled = System.nanoTime() - start;
    double done = latencies.count();
    if (kind.hasLog()) {
      sink.figure(what + " acknowledged", "operations/s", done / (acknowledged / 1e9));
    }
    sink.figure(what + " settled", "operations/s", done / (settled / 1e9));
    sink.figure(
        what + " processor time", "us/operation", (ProcessFigures.cpuNanos() - cpu) / 1e3 / done);
    sink.latencies(what + " write", latencies);
  }

  /** Hands the writes to the store and notes how long each took. */
  private final class Timed implements ReferenceWrites.Target {

    private final Latencies latencies;

    Timed(Latencies latencies) {
      this.latencies = latencies;
    }

    @Override
    public void insert(ReferenceRow row) {
      userBytes += row.userBytes();
      long start = System.nanoTime();
      store.insert(row);
      done(start);
    }

    @Override
    public void put(ReferenceRow row) {
      userBytes += row.userBytes();
      long start = System.nanoTime();
      store.put(row);
      done(start);
    }

    @Override
    public void delete(long key) {
      userBytes += Long.BYTES;
      long start = System.nanoTime();
      store.delete(key);
      done(start);
    }

    private void done(long start) {
      latencies.add(System.nanoTime() - start);
    }
  }
}
