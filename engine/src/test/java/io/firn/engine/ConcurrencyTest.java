package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.error.FirnException;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many threads write and read one table while it flushes and compacts. Names of rows count up per
 * writer, so that whatever a reader sees can be compared with what it saw before.
 */
class ConcurrencyTest {

  private static final int WRITERS = 6;
  private static final int ROUNDS = 700;
  private static final int KEYS_PER_WRITER = 150;

  /** Rows that a batch always writes together, with the same name. */
  private static final int GROUP = 5;

  /** Keys every writer writes; who is last wins. */
  private static final long SHARED = 1_000_000;

  private static final int SHARED_KEYS = 20;

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @RegisterExtension final Seeds seeds = new Seeds();

  @TempDir Path directory;

  private final CountDownLatch start = new CountDownLatch(1);
  private final AtomicInteger writersLeft = new AtomicInteger(WRITERS);

  /** The newest write of each shared key, by sequence number. */
  private final Map<Long, NavigableMap<Long, Optional<Record>>> shared = new TreeMap<>();

  private FirnTable.Builder small() {
    return Rows.at(directory)
        .option("memtable-bytes-max", "64kb")
        .option("flush-interval-millis", "50ms")
        .option("compaction-workers", "2")
        .option("compaction-level0-files", "3")
        .option("compaction-target-file-bytes", "64kb")
        .option("compaction-level-base-bytes", "128kb")
        .option("snapshots-retained-min", "5")
        .option("snapshot-age-millis-max", "0")
        .option("sweep-grace-millis", "0");
  }

  @Test
  void whatManyThreadsWroteIsWhatIsThereAndNobodySawTimeGoBack() throws Exception {
    for (long key = SHARED; key < SHARED + SHARED_KEYS; key++) {
      shared.put(key, new ConcurrentSkipListMap<>());
    }
    List<Writer> writers = new ArrayList<>();
    try (FirnTable table = small().open()) {
      List<Callable<Void>> jobs = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        Writer writer = new Writer(table, i);
        writers.add(writer);
        jobs.add(writer);
      }
      jobs.add(new PointReader(table));
      jobs.add(new PointReader(table));
      jobs.add(new ScanReader(table));
      jobs.add(new ArrowScanner(table));
      jobs.add(new SnapshotReader(table));
      jobs.add(new Caretaker(table));
      runAll(jobs);
      NavigableMap<Long, Record> expected = merged(writers);
      assertThat(Rows.all(table.scan())).isEqualTo(List.copyOf(expected.values()));
      assertThat(table.stats().flushes()).isGreaterThan(3);
      assertThat(table.stats().sequence())
          .isEqualTo(writers.stream().mapToLong(writer -> writer.operations).sum());
      table.flush();
    }
    try (FirnTable again = FirnTable.builder().path(directory.toString()).openReadOnly()) {
      assertThat(Rows.all(again.scan())).isEqualTo(List.copyOf(merged(writers).values()));
    }
  }

  private void runAll(List<Callable<Void>> jobs) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(jobs.size());
    try {
      List<Future<Void>> futures = new ArrayList<>();
      jobs.forEach(job -> futures.add(threads.submit(job)));
      start.countDown();
      for (Future<Void> future : futures) {
        future.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private NavigableMap<Long, Record> merged(List<Writer> writers) {
    NavigableMap<Long, Record> rows = new TreeMap<>();
    writers.forEach(writer -> rows.putAll(writer.model));
    shared.forEach(
        (key, versions) -> {
          if (!versions.isEmpty()) {
            versions.lastEntry().getValue().ifPresent(row -> rows.put(key, row));
          }
        });
    return rows;
  }

  private boolean writing() {
    return writersLeft.get() > 0;
  }

  /** The number in a row's name, which counts up with every write of a key's writer. */
  private static long counter(Record row) {
    return Long.parseLong((String) row.getField("name"));
  }

  private static boolean isShared(Record row) {
    return (Long) row.getField("id") >= SHARED;
  }

  /** Writes its own keys and the shared ones, and checks that it reads what it wrote. */
  private final class Writer implements Callable<Void> {
    private final FirnTable table;
    private final Random random;
    private final long base;
    private final NavigableMap<Long, Record> model = new TreeMap<>();
    private long operations;
    private long count;

    Writer(FirnTable table, int number) {
      this.table = table;
      this.random = seeds.random(number);
      this.base = number * 1_000L;
    }

    @Override
    public Void call() throws Exception {
      start.await();
      try {
        for (int i = 0; i < ROUNDS; i++) {
          // An fsync takes its time: the others write more.
          Durability durability =
              i % 20 == 0 ? Durability.SYNC : i % 2 == 0 ? Durability.ASYNC : Durability.NONE;
          round(WriteOptions.of(durability));
          assertThat(Thread.interrupted()).as("nobody has interrupted").isFalse();
        }
      } finally {
        writersLeft.decrementAndGet();
      }
      return null;
    }

    private void round(WriteOptions options) {
      switch (random.nextInt(4)) {
        case 0 -> {
          long key = base + GROUP + random.nextInt(KEYS_PER_WRITER);
          Record row = next(key);
          acknowledged(table.put(row, options), 1);
          model.put(key, row);
          assertThat(table.get(key)).contains(row);
        }
        case 1 -> {
          long key = base + GROUP + random.nextInt(KEYS_PER_WRITER);
          acknowledged(table.write(table.newBatch().delete(key), options), 1);
          model.remove(key);
          assertThat(table.get(key)).isEmpty();
        }
        case 2 -> {
          WriteBatch batch = table.newBatch();
          Record first = next(base);
          for (long key = base; key < base + GROUP; key++) {
            Record row = Rows.row(key, (String) first.getField("name"), null);
            batch.put(row);
            model.put(key, row);
          }
          acknowledged(table.write(batch, options), GROUP);
        }
        default -> {
          long key = SHARED + random.nextInt(SHARED_KEYS);
          Record row = next(key);
          boolean delete = random.nextInt(10) == 0;
          WriteToken token =
              delete ? table.write(table.newBatch().delete(key), options) : table.put(row, options);
          acknowledged(token, 1);
          shared.get(key).put(token.sequence(), delete ? Optional.empty() : Optional.of(row));
        }
      }
    }

    private void acknowledged(WriteToken token, int size) {
      operations += size;
      assertThat(token.sequence()).isGreaterThanOrEqualTo(operations);
    }

    private Record next(long key) {
      count++;
      return Rows.row(key, Long.toString(count), (double) base);
    }
  }

  /** Remembers the newest value seen of each key; a later read must not see an older one. */
  private static final class Monotony {
    private final Map<Long, Long> seen = new HashMap<>();

    void saw(Record row) {
      if (!isShared(row)) {
        saw((Long) row.getField("id"), counter(row));
      }
    }

    void saw(long key, long counter) {
      Long before = seen.put(key, counter);
      assertThat(counter).as("key %d", key).isGreaterThanOrEqualTo(before == null ? 0 : before);
    }
  }

  private final class PointReader implements Callable<Void> {
    private final FirnTable table;
    private final Monotony monotony = new Monotony();

    PointReader(FirnTable table) {
      this.table = table;
    }

    @Override
    public Void call() throws Exception {
      start.await();
      Random random = seeds.random(100);
      while (writing()) {
        long base = random.nextInt(WRITERS) * 1_000L;
        table.get(base + random.nextInt(KEYS_PER_WRITER)).ifPresent(monotony::saw);
        List<List<Object>> keys = new ArrayList<>();
        for (long key = base; key < base + GROUP; key++) {
          keys.add(List.of(key));
        }
        List<Optional<Record>> group = table.multiGet(keys);
        assertWhole(group.stream().flatMap(Optional::stream).toList());
        group.forEach(row -> row.ifPresent(monotony::saw));
      }
      return null;
    }
  }

  /** A batch is there or it is not. */
  private static void assertWhole(List<Record> group) {
    if (!group.isEmpty()) {
      assertThat(group).hasSize(GROUP);
      assertThat(group.stream().map(ConcurrencyTest::counter).distinct()).hasSize(1);
    }
  }

  private final class ScanReader implements Callable<Void> {
    private final FirnTable table;
    private final Monotony monotony = new Monotony();

    ScanReader(FirnTable table) {
      this.table = table;
    }

    @Override
    public Void call() throws Exception {
      start.await();
      Random random = seeds.random(200);
      while (writing()) {
        long base = random.nextInt(WRITERS) * 1_000L;
        List<Record> group = Rows.all(table.scan().from(base).to(base + GROUP));
        assertWhole(group);
        group.forEach(monotony::saw);
        List<Record> all = Rows.all(random.nextBoolean() ? table.scan().unordered() : table.scan());
        assertThat(all.stream().map(row -> row.getField("id")).distinct()).hasSameSizeAs(all);
        all.forEach(monotony::saw);
      }
      return null;
    }
  }

  private final class ArrowScanner implements Callable<Void> {
    private final FirnTable table;
    private final Monotony monotony = new Monotony();

    ArrowScanner(FirnTable table) {
      this.table = table;
    }

    @Override
    public Void call() throws Exception {
      start.await();
      try (BufferAllocator allocator = new RootAllocator()) {
        while (writing()) {
          read(allocator);
          assertThat(allocator.getAllocatedMemory()).isZero();
        }
      }
      return null;
    }

    private void read(BufferAllocator allocator) throws IOException {
      try (ArrowReader reader = table.scan().to(SHARED).select("id", "name").arrow(allocator)) {
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        while (reader.loadNextBatch()) {
          BigIntVector ids = (BigIntVector) root.getVector("id");
          VarCharVector names = (VarCharVector) root.getVector("name");
          for (int i = 0; i < root.getRowCount(); i++) {
            monotony.saw(ids.get(i), Long.parseLong(names.getObject(i).toString()));
          }
        }
      }
    }
  }

  private final class SnapshotReader implements Callable<Void> {
    private final FirnTable table;

    SnapshotReader(FirnTable table) {
      this.table = table;
    }

    @Override
    public Void call() throws Exception {
      start.await();
      Random random = seeds.random(300);
      while (writing()) {
        try (TableSnapshot snapshot = table.snapshot()) {
          List<Record> first = Rows.all(snapshot.scan());
          if (random.nextInt(4) == 0) {
            table.flush();
          }
          List<Record> again = Rows.all(snapshot.scan());
          assertThat(again).as("a snapshot at %d", snapshot.sequence()).isEqualTo(first);
          if (!first.isEmpty()) {
            Record row = first.get(random.nextInt(first.size()));
            assertThat(snapshot.get(row.getField("id"))).contains(row);
          }
        }
      }
      return null;
    }
  }

  private final class Caretaker implements Callable<Void> {
    private final FirnTable table;

    Caretaker(FirnTable table) {
      this.table = table;
    }

    @Override
    public Void call() throws Exception {
      start.await();
      CompactionKind[] kinds = CompactionKind.values();
      for (int i = 0; writing(); i++) {
        table.flush();
        table.compact(kinds[i % kinds.length]);
        table.sweep();
        table.refresh();
      }
      return null;
    }
  }

  @Test
  void interruptsDoNotHarmTheLog() throws Exception {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    List<InterruptedWriter> writers = new ArrayList<>();
    try (FirnTable table = small().open()) {
      List<Callable<Void>> jobs = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        InterruptedWriter writer = new InterruptedWriter(table, i * 1_000L, threads);
        writers.add(writer);
        jobs.add(writer);
      }
      jobs.add(
          () -> {
            start.await();
            Random random = seeds.random(400);
            while (writing()) {
              threads.stream()
                  .skip(random.nextInt(WRITERS))
                  .findFirst()
                  .ifPresent(Thread::interrupt);
              Thread.onSpinWait();
            }
            return null;
          });
      runAll(jobs);
      assertThat(writers).anyMatch(writer -> writer.interrupts > 0);
      NavigableMap<Long, Record> expected = new TreeMap<>();
      writers.forEach(writer -> expected.putAll(writer.model));
      assertThat(Rows.all(table.scan())).isEqualTo(List.copyOf(expected.values()));
      table.put(Rows.row(9_999_999));
      table.delete(9_999_999L);
    }
    try (FirnTable again = small().open()) {
      NavigableMap<Long, Record> expected = new TreeMap<>();
      writers.forEach(writer -> expected.putAll(writer.model));
      assertThat(Rows.all(again.scan())).isEqualTo(List.copyOf(expected.values()));
    }
  }

  /** Somebody interrupts it all the time: a write completes, or throws and did not happen. */
  private final class InterruptedWriter implements Callable<Void> {
    private final FirnTable table;
    private final long base;
    private final Queue<Thread> threads;
    private final NavigableMap<Long, Record> model = new TreeMap<>();
    private int interrupts;

    InterruptedWriter(FirnTable table, long base, Queue<Thread> threads) {
      this.table = table;
      this.base = base;
      this.threads = threads;
    }

    @Override
    public Void call() throws Exception {
      start.await();
      threads.add(Thread.currentThread());
      Durability[] durabilities = Durability.values();
      try {
        for (int i = 0; i < ROUNDS; i++) {
          if (i % 10 == 0) {
            Thread.currentThread().interrupt();
          }
          boolean before = Thread.currentThread().isInterrupted();
          Record row = Rows.row(base + i % KEYS_PER_WRITER, Long.toString(i), null);
          try {
            table.put(row, WriteOptions.of(durabilities[i % durabilities.length]));
            model.put((Long) row.getField("id"), row);
          } catch (FirnException e) {
            assertThat(e).hasMessageContaining("Interrupted");
          }
          if (before) {
            assertThat(Thread.currentThread().isInterrupted()).as("the flag stays").isTrue();
            assertThat(table.get(row.getField("id")).map(ConcurrencyTest::counter))
                .isEqualTo(
                    Optional.ofNullable(model.get((Long) row.getField("id")))
                        .map(ConcurrencyTest::counter));
          }
          interrupts += Thread.interrupted() ? 1 : 0;
        }
      } finally {
        threads.remove(Thread.currentThread());
        writersLeft.decrementAndGet();
        Thread.interrupted();
      }
      return null;
    }
  }
}
