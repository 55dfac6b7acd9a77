package io.firn.benchmarks.reference;

import static io.firn.benchmarks.suite.WrongAnswerError.check;

import io.firn.benchmarks.suite.Directories;
import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.ProcessFigures;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;

/**
 * What one process measures of one store: either W1 to W5 from an empty directory, or what a later
 * process finds there.
 */
final class StoreMeasurement {

  private static final int CHECKED_AFTER_REOPEN = 10_000;
  private static final long CHECKING_NANOS_MAX = 5_000_000_000L;

  private final StoreKind kind;
  private final Path directory;
  private final ReferenceModel model;
  private final ReferenceWrites writes;
  private final int warmUps;
  private final FigureSink sink;

  /**
   * @param warmUps how many tables are written before the one that is measured
   */
  StoreMeasurement(StoreKind kind, Path directory, int rows, int warmUps, FigureSink sink) {
    this.kind = kind;
    this.directory = directory;
    this.model = new ReferenceModel(rows);
    this.writes = new ReferenceWrites(model);
    this.warmUps = warmUps;
    this.sink = sink;
  }

  /** W1 to W5. */
  void measure(Set<Part> parts) {
    for (int i = 0; i < warmUps; i++) {
      warmUp();
    }
    try (Store<?> store = kind.open(directory)) {
      WriteMeasurement written = new WriteMeasurement(kind, store, writes, sink);
      written.load(model.keys());
      if (parts.equals(Set.of(Part.W1))) {
        return;
      }
      written.update();
      written.writeAmplification();
      if (kind.extent() == StoreKind.Extent.WRITES) {
        return;
      }
      disk(store, "natural");
      new ReadMeasurement<>(kind, store, model, sink, "natural").measure(parts);
    }
    readCold(parts, "natural");
    if (parts.contains(Part.W3) || parts.contains(Part.W4) || parts.contains(Part.W5)) {
      try (Store<?> store = kind.open(directory)) {
        long start = System.nanoTime();
        store.compact();
        sink.figure("full compaction", "s", seconds(start));
        disk(store, "compacted");
        new ReadMeasurement<>(kind, store, model, sink, "compacted").measure(parts);
      }
      readCold(parts, "compacted");
    }
    sink.figure(
        "W1-W5 peak resident memory", "MiB", ProcessFigures.peakResidentBytes() / 1048576.0);
  }

  /** Another table, written the same way, so that W1 and W2 find their code compiled. */
  private void warmUp() {
    Path aside = directory.resolveSibling("warm-up");
    ReferenceWrites same = new ReferenceWrites(new ReferenceModel(model.keys()));
    try (Store<?> store = kind.open(aside)) {
      same.load(store);
      store.settle();
      same.update(store);
      store.settle();
    }
    Directories.delete(aside);
  }

  private void readCold(Set<Part> parts, String state) {
    if (parts.contains(Part.W3)) {
      try (Store<?> store = kind.open(directory)) {
        new ReadMeasurement<>(kind, store, model, sink, state).coldPointReads();
      }
    }
  }

  private void disk(Store<?> store, String state) {
    double rows = model.d1Sum().count();
    sink.figure("disk " + state, "bytes per live row", store.liveBytes() / rows);
    sink.figure(
        "disk " + state + ", with what waits to be deleted",
        "bytes per live row",
        Directories.bytes(directory) / rows);
  }

  /**
   * W6, first half: fills a memtable and the log, and returns with the store open and unflushed.
   */
  void fill() {
    writes.replayLoadAndUpdate();
    Store<?> store = kind.open(directory);
    writes.fill(store);
    store.acknowledge();
  }

  /** W6: opens the store in a process that has not seen it, reads one row, and checks many. */
  void reopen(String how, boolean filled) {
    writes.replayLoadAndUpdate();
    if (filled && kind.hasLog()) {
      writes.replayFill();
    }
    reopen(how);
  }

  private void reopen(String how) {
    int first = firstLive();
    long start = System.nanoTime();
    try (Store<?> store = kind.open(directory)) {
      firstGet(store, first, how, start);
    }
  }

  private <R> void firstGet(Store<R> store, int first, String how, long start) {
    try (StoreReader<R> reader = store.reader()) {
      R row = reader.get(ReferenceModel.key(first));
      sink.figure("W6 open and first get, " + how, "s", seconds(start));
      check(row != null && reader.values(row).equals(model.row(first)), "the first row");
      int checked = Math.min(CHECKED_AFTER_REOPEN, model.keys());
      int wrong = new PointReads<>(reader, model, 17, checked, CHECKING_NANOS_MAX).call().wrong();
      check(wrong == 0 || kind.mayAnswerGetsWrongly(), wrong + " point reads after a reopen");
    }
  }

  private int firstLive() {
    Random random = new Random(5);
    int index = random.nextInt(model.keys());
    while (!model.isLive(index)) {
      index = random.nextInt(model.keys());
    }
    return index;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
