package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.SnapshotInfo;
import io.firn.catalog.TableLocation;
import io.firn.service.ManualTicker;
import io.firn.service.ServiceEnvironment;
import io.firn.storage.LocalStorage;
import io.firn.testkit.CatalogDatabase;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.Seeds;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A second compactor, without the owner's lock, beside an owner that writes: no row is lost, and
 * both get on.
 */
class DetachedCompactionTest {

  private static final int KEYS = 400;

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private final TreeMap<Long, Record> model = new TreeMap<>();

  /** Where the table is. */
  enum Place {
    PATH,
    JDBC;

    TableLocation in(Path directory) {
      return switch (this) {
        case PATH -> TableLocation.ofPath(directory.resolve("table").toString());
        case JDBC ->
            TableLocation.ofCatalog(
                "lake", CatalogDatabase.properties(directory), TableIdentifier.of("db", "rows"));
      };
    }
  }

  private FirnTable.Builder builder(Place place) {
    return FirnTable.builder()
        .location(place.in(directory))
        .schema(Rows.SCHEMA)
        .key("id")
        .option("flush-interval-millis", "1h")
        .option("compaction-workers", "0")
        .option("sorted-runs-slowdown", "1000")
        .option("sorted-runs-stop", "2000")
        .option("durability", "none");
  }

  private void write(FirnTable table, Random random, int count) {
    WriteBatch batch = table.newBatch();
    for (int i = 0; i < count; i++) {
      long id = random.nextInt(KEYS);
      if (random.nextInt(4) == 0) {
        batch.delete(id);
        model.remove(id);
      } else {
        Record row = Rows.row(id, "version " + random.nextInt(), 0.5);
        batch.put(row);
        model.put(id, row);
      }
    }
    table.write(batch);
  }

  private void assertAll(FirnTable table, Place place) {
    table.refresh();
    assertThat(Rows.all(table.scan())).isEqualTo(List.copyOf(model.values()));
    table.flush();
    VerifyReport report =
        TableVerifier.verify(
            place.in(directory),
            new LocalStorage(),
            TableVerifier.Depth.EVERYTHING,
            (done, total) -> {});
    assertThat(report.sound()).as("%s", report.findings()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void anOwnerThatFlushesWithoutPauseAndADetachedCompactorBothGetOn(Place place) throws Exception {
    Random random = seeds.random();
    try (FirnTable table = builder(place).open()) {
      for (int i = 0; i < 6; i++) {
        write(table, random, 60);
        table.flush();
      }
      FaultStorage storage = new FaultStorage(new LocalStorage());
      CountDownLatch flushed = new CountDownLatch(1);
      storage
          .on(StorageOperation.CREATE, PathPattern.glob("**/data/L*.parquet"))
          .runOnce(path -> Patience.await(flushed));
      CountingStorage counts = new CountingStorage(storage);
      FutureTask<CompactionReport> detached =
          new FutureTask<>(
              () -> builder(place).storage(counts).compactDetached(CompactionKind.FULL));
      new Thread(detached, "detached").start();
      while (!detached.isDone()) {
        write(table, random, 20);
        table.flush();
        flushed.countDown();
      }
      assertThat(detached.get().jobs()).as("jobs committed").isPositive();
      assertThat(counts.calls(StorageOperation.CREATE, PathPattern.glob("**/snap-*.avro")))
          .as("commits prepared: without gaps between the owner's it would be hundreds")
          .isLessThan(20);
      assertThat(flushed.getCount()).as("flushes meanwhile").isZero();
      assertAll(table, place);
      table.compact(CompactionKind.FULL);
      assertAll(table, place);
    }
  }

  /** A claim that waited for the rows of a version would come second again and again. */
  @ParameterizedTest
  @EnumSource(Place.class)
  void itsClaimIsMadeBesideAnOwnerThatFlushesWheneverAManifestIsRead(Place place) {
    Random random = seeds.random();
    FaultStorage storage = new FaultStorage(new LocalStorage());
    AtomicInteger flushes = new AtomicInteger();
    List<Integer> claims = new ArrayList<>();
    try (FirnTable table = builder(place).open()) {
      for (int i = 0; i < 3; i++) {
        write(table, random, 60);
        table.flush();
      }
      for (int read = 1; read <= 50; read++) {
        storage
            .on(StorageOperation.OPEN, PathPattern.glob("**/metadata/*-m0.avro"))
            .nth(read)
            .runOnce(
                path -> {
                  table.refresh();
                  if (table.leases().isEmpty()) {
                    write(table, random, 20);
                    table.flush();
                    flushes.incrementAndGet();
                  }
                });
      }
      storage
          .on(StorageOperation.CREATE, PathPattern.glob("**/data/L*.parquet"))
          .runOnce(
              path -> {
                table.refresh();
                claims.add(table.leases().size());
              });
      CompactionReport report =
          builder(place).storage(storage).compactDetached(CompactionKind.FULL);
      assertThat(report.jobs()).isPositive();
      assertThat(claims).as("claims when the first file was written").containsExactly(1);
      assertThat(flushes).as("flushes before the claim").hasPositiveValue().hasValueLessThan(10);
      assertAll(table, place);
    }
  }

  /** Its clock goes on by six hours, nine times, between the files that it writes. */
  @ParameterizedTest
  @EnumSource(Place.class)
  void itsClaimIsRenewedEverySixHoursForAsLongAsItRuns(Place place) {
    ManualTicker ticker = new ManualTicker();
    // After the flushes, of which it gets no time.
    ticker.advance(Duration.ofMillis(System.currentTimeMillis()).plusDays(1));
    long start = ticker.currentTimeMillis();
    FaultStorage storage = new FaultStorage(new LocalStorage());
    List<Duration> ends = new ArrayList<>();
    try (FirnTable table = builder(place).open()) {
      for (int i = 0; i < 3; i++) {
        write(table, seeds.random(i), 60);
        table.flush();
      }
      storage
          .on(StorageOperation.CREATE, PathPattern.glob("**/data/L*.parquet"))
          .runOnce(
              path -> {
                for (int hours = 0; hours <= 54; hours += 6) {
                  Duration end = Duration.ofHours(hours + 24);
                  Patience.until(() -> claimEnds(table, start).equals(List.of(end)));
                  ends.add(end);
                  advanceOnceItWaits(ticker, Duration.ofHours(6));
                }
              });
      CompactionReport report =
          builder(place)
              .storage(storage)
              .environment(ServiceEnvironment.system().withTicker(ticker))
              .compactDetached(CompactionKind.FULL);
      assertThat(report.jobs()).isEqualTo(1);
      assertThat(ends).hasSize(10);
      table.refresh();
      assertThat(table.leases()).as("claims after the job").isEmpty();
      assertAll(table, place);
    }
  }

  /** How long after a moment the claims end that jobs from that moment have. */
  private static List<Duration> claimEnds(FirnTable table, long start) {
    table.refresh();
    return table.leases().stream()
        .filter(lease -> lease.name().startsWith("job-" + start + "-"))
        .map(lease -> Duration.ofMillis(lease.untilMillis() - start))
        .toList();
  }

  private static void advanceOnceItWaits(ManualTicker ticker, Duration by) {
    try {
      ticker.awaitWaiters(1);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    ticker.advance(by);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void deletesThatArriveWhileItRunsAreCarriedOver(Place place) {
    try (FirnTable table = builder(place).open()) {
      for (long id = 0; id < 100; id++) {
        model.put(id, Rows.row(id));
        table.put(Rows.row(id));
        if (id % 25 == 0) {
          table.flush();
        }
      }
      table.flush();
      FaultStorage storage = new FaultStorage(new LocalStorage());
      storage
          .on(StorageOperation.CREATE, PathPattern.glob("**/metadata/*-m0.avro"))
          .runOnce(
              path -> {
                table.delete(7);
                model.remove(7L);
                table.put(Rows.row(8, "newer", 1.0));
                model.put(8L, Rows.row(8, "newer", 1.0));
                table.flush();
              });
      CompactionReport report =
          builder(place).storage(storage).compactDetached(CompactionKind.FULL);
      assertThat(report.jobs()).isPositive();
      assertAll(table, place);
      List<SnapshotInfo> snapshots = table.snapshots();
      assertThat(snapshots.get(snapshots.size() - 1).operation()).isEqualTo("replace");
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void aFlushInTheMidstOfWhichItCommitsLooksItsRowsUpAgain(Place place) {
    FaultStorage storage = new FaultStorage(new LocalStorage());
    try (FirnTable table = builder(place).storage(storage).open()) {
      for (long id = 0; id < 60; id++) {
        model.put(id, Rows.row(id));
        table.put(Rows.row(id));
        if (id % 20 == 0) {
          table.flush();
        }
      }
      table.flush();
      storage
          .on(StorageOperation.CREATE, PathPattern.glob("**/metadata/*-m0.avro"))
          .runOnce(
              path ->
                  assertThat(builder(place).compactDetached(CompactionKind.FULL).jobs())
                      .isPositive());
      table.delete(7);
      model.remove(7L);
      table.put(Rows.row(8, "newer", 1.0));
      model.put(8L, Rows.row(8, "newer", 1.0));
      table.flush();
      assertAll(table, place);
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void aNewOwnerEndsItsRightToCommitAndItBeginsAgain(Place place) throws IOException {
    FirnTable first = builder(place).open();
    for (int i = 0; i < 4; i++) {
      write(first, seeds.random(), 50);
      first.flush();
    }
    FaultStorage storage = new FaultStorage(new LocalStorage());
    FirnTable[] second = new FirnTable[1];
    storage
        .on(StorageOperation.CREATE, PathPattern.glob("**/metadata/*-m0.avro"))
        .runOnce(
            path -> {
              first.close();
              second[0] = builder(place).open();
              write(second[0], seeds.random(2), 50);
              second[0].flush();
            });
    try {
      CompactionReport report =
          builder(place).storage(storage).compactDetached(CompactionKind.FULL);
      assertThat(report.jobs()).isPositive();
      assertAll(second[0], place);
    } finally {
      second[0].close();
    }
  }

  @Test
  void aProcessOfItsOwnCompactsWhileThisOneWrites() throws Exception {
    Random random = seeds.random();
    try (FirnTable table = builder(Place.JDBC).open()) {
      for (int i = 0; i < 6; i++) {
        write(table, random, 100);
        table.flush();
      }
      Path log = directory.resolve("detached.log");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  DetachedProcess.class.getName(),
                  directory.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
        write(table, random, 20);
        table.flush();
      }
      assertThat(process.exitValue()).as("%s", Files.readString(log)).isZero();
      assertThat(table.snapshots())
          .as("the other process's commit")
          .anyMatch(snapshot -> snapshot.operation().equals("replace"));
      assertAll(table, Place.JDBC);
    }
  }

  /** The other process. */
  static final class DetachedProcess {
    private DetachedProcess() {}

    public static void main(String[] arguments) {
      CompactionReport report =
          FirnTable.builder()
              .location(Place.JDBC.in(Path.of(arguments[0])))
              .compactDetached(CompactionKind.FULL);
      if (report.jobs() == 0) {
        throw new IllegalStateException("Nothing was compacted");
      }
    }
  }
}
