package io.firn.benchmarks.ycsb;

import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.Latencies;
import io.firn.benchmarks.suite.ProcessFigures;
import io.firn.benchmarks.suite.WrongAnswerError;
import io.firn.benchmarks.ycsb.MeasuredStore.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import site.ycsb.ClientThread;
import site.ycsb.Workload;
import site.ycsb.WorkloadException;
import site.ycsb.measurements.Measurements;
import site.ycsb.workloads.CoreWorkload;

/**
 * Loads one store and runs all mixes on it. It is told the number of records, of operations a mix,
 * and of threads, and the mixes.
 */
public final class YcsbChild {

  private final YcsbStore store;
  private final FigureSink sink;
  private final int threads;
  private long records;

  private YcsbChild(YcsbStore store, FigureSink sink, int threads) {
    this.store = store;
    this.sink = sink;
    this.threads = threads;
  }

  public static void main(String[] arguments)
      throws IOException, InterruptedException, WorkloadException {
    ChildArguments told = ChildArguments.of(arguments);
    FigureSink sink = told.sink();
    int operations = told.number(1);
    try (YcsbStore store = open(told.store(), Path.of(told.path("store")))) {
      YcsbChild child = new YcsbChild(store, sink, told.number(2));
      child.load(told.number(0));
      for (String name : told.rest().get(3).split(",")) {
        CoreMix mix = CoreMix.valueOf(name);
        child.run(mix, mix == CoreMix.E ? operations / 10 : operations);
      }
    }
    sink.figure("processor", "s", ProcessFigures.cpuNanos() / 1e9);
    sink.figure("peak memory", "bytes", (double) ProcessFigures.peakResidentBytes());
    sink.figure("written", "bytes", (double) ProcessFigures.writtenBytes());
  }

  private static YcsbStore open(String name, Path directory) {
    return switch (name) {
      case YcsbSuite.FIRN -> new FirnStore(directory);
      case YcsbSuite.ROCKSDB -> new RocksDbStore(directory);
      default -> throw new IllegalArgumentException("No such store: " + name);
    };
  }

  private void load(int count) throws IOException, InterruptedException, WorkloadException {
    long start = System.nanoTime();
    List<MeasuredStore> measured = drive(CoreMix.loading(count), count, false);
    sink.figure("load", "rows/s", count / seconds(start));
    store.settle();
    sink.figure("load settled", "rows/s", count / seconds(start));
    records = count;
    reportLatencies("load", List.of("insert"), measured);
    checkRows();
  }

  private void run(CoreMix mix, int operations)
      throws IOException, InterruptedException, WorkloadException {
    long start = System.nanoTime();
    List<MeasuredStore> measured = drive(mix.running(records, operations), operations, true);
    sink.figure(mix.name(), "ops/s", operations / seconds(start));
    reportLatencies(mix.name(), mix.operations(), measured);
    records += merged(measured, Operation.INSERT).count();
    store.settle();
    checkRows();
  }

  private List<MeasuredStore> drive(Properties properties, int operations, boolean transactions)
      throws IOException, InterruptedException, WorkloadException {
    Measurements.setProperties(properties);
    Workload workload = new CoreWorkload();
    workload.init(properties);
    CountDownLatch completed = new CountDownLatch(threads);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<MeasuredStore> measured = new ArrayList<>();
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      MeasuredStore connection = new MeasuredStore(store);
      int share = operations / threads + (i < operations % threads ? 1 : 0);
      ClientThread client =
          new ClientThread(connection, transactions, workload, properties, share, 0, completed);
      client.setThreadId(i);
      client.setThreadCount(threads);
      Thread thread = new Thread(client, "ycsb-" + i);
      thread.setUncaughtExceptionHandler((ended, e) -> failure.compareAndSet(null, e));
      measured.add(connection);
      running.add(thread);
    }
    running.forEach(Thread::start);
    for (Thread thread : running) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("A client has ended", failure.get());
    }
    workload.cleanup();
    VerifiedReads.check(Measurements.getMeasurements());
    return measured;
  }

  private void reportLatencies(
      String prefix, List<String> operations, List<MeasuredStore> measured) {
    for (String operation : operations) {
      sink.latencies(
          prefix + " " + operation,
          merged(measured, Operation.valueOf(operation.toUpperCase(Locale.ROOT))));
    }
  }

  private static Latencies merged(List<MeasuredStore> measured, Operation operation) {
    Latencies all = new Latencies(0);
    measured.forEach(connection -> all.addAll(connection.latencies(operation)));
    return all;
  }

  private void checkRows() {
    WrongAnswerError.check(store.countRows() == records, "the number of rows");
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
