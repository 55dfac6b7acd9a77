package io.firn.engine.internal.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.internal.wal.Ops.Replay;
import io.firn.error.EngineFailedException;
import io.firn.error.StorageException;
import io.firn.service.ManualTicker;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceHealth;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Failing storage, and the background sync. */
class LogFailureTest {

  private static final UUID TABLE = new UUID(1, 2);
  private static final PathPattern SEGMENTS = PathPattern.glob("**.wal");

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @TempDir Path temp;

  private final ManualTicker ticker = new ManualTicker();
  private CountingStorage counting;
  private FaultStorage storage;
  private String directory;

  @BeforeEach
  void prepare() {
    counting = new CountingStorage(leaks.track(new LocalStorage()));
    storage = new FaultStorage(counting);
    directory = temp.resolve("wal").toString();
  }

  private WriteAheadLog log(WalOptions options) {
    WriteAheadLog log = WriteAheadLog.open(storage, directory, TABLE, options);
    log.recover(0, new Replay());
    return log;
  }

  private WriteAheadLog log() {
    return log(WalOptions.standard(0, 1).in(ServiceEnvironment.system().withTicker(ticker)));
  }

  private Replay reopened() {
    storage.heal();
    Replay replay = new Replay();
    WriteAheadLog log = WriteAheadLog.open(storage, directory, TABLE, WalOptions.standard(0, 1));
    log.recover(0, replay);
    log.close();
    return replay;
  }

  private List<String> segments() throws IOException {
    return storage.list(directory).stream()
        .map(Storage.FileStatus::path)
        .filter(path -> path.endsWith(".wal"))
        .toList();
  }

  @Test
  void afterAFailedFsyncNothingIsAcknowledgedAndNoFsyncIsTriedAgain() {
    WriteAheadLog log = log();
    log.awaitDurable(log.append(Ops.put("a", "1"), LogSync.NOW));
    storage.on(StorageOperation.SYNC, SEGMENTS).failOnce();
    long last = log.append(Ops.put("b", "2"), LogSync.NOW);
    assertThatThrownBy(() -> log.awaitDurable(last))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(directory)
        .hasRootCauseMessage("Injected failure of SYNC on **.wal");

    counting.reset();
    assertThatThrownBy(() -> log.awaitDurable(last))
        .isInstanceOf(EngineFailedException.class)
        .hasRootCauseMessage("Injected failure of SYNC on **.wal");
    assertThatThrownBy(() -> log.append(Ops.put("c", "3")))
        .isInstanceOf(EngineFailedException.class);
    assertThatThrownBy(log::rotate).isInstanceOf(EngineFailedException.class);
    assertThatThrownBy(log::close).isInstanceOf(EngineFailedException.class);
    assertThatThrownBy(log::close).isInstanceOf(EngineFailedException.class);
    assertThat(counting.calls(StorageOperation.SYNC)).isZero();
    assertThat(counting.calls(StorageOperation.WRITE)).isZero();
    assertThat(log.durableSequence()).isZero();
    assertThat(reopened().operations).startsWith("0 PUT a=1");
  }

  @Test
  void aTornAppendIsTheEndOfTheLogAndWhatWasDurableIsReplayed() {
    WriteAheadLog log = log();
    log.awaitDurable(log.append(Ops.put("a", "1"), LogSync.NOW));
    storage.on(StorageOperation.WRITE, SEGMENTS).writeOnly(9);
    assertThatThrownBy(() -> log.awaitDurable(log.append(Ops.put("b", "2"), LogSync.NOW)))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> log.append(Ops.put("c", "3")))
        .isInstanceOf(EngineFailedException.class);
    assertThatThrownBy(log::close).isInstanceOf(EngineFailedException.class);
    assertThat(reopened().operations).containsExactly("0 PUT a=1");
    assertThat(reopened().operations).containsExactly("0 PUT a=1");
  }

  @Test
  void everyWaitingWriterIsToldOfTheFailure() throws Exception {
    WriteAheadLog log = log();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    storage
        .on(StorageOperation.SYNC, SEGMENTS)
        .runOnce(
            path -> {
              reached.countDown();
              awaitUninterruptibly(goOn);
              throw new java.io.IOException("gone");
            });
    Thread[] writers = new Thread[5];
    Throwable[] seen = new Throwable[writers.length];
    for (int i = 0; i < writers.length; i++) {
      int writer = i;
      long last = log.append(Ops.put("a", "" + i), LogSync.NOW);
      writers[i] =
          new Thread(
              () -> {
                try {
                  log.awaitDurable(last);
                } catch (Throwable e) {
                  seen[writer] = e;
                }
              });
      writers[i].start();
    }
    reached.await();
    goOn.countDown();
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(seen).doesNotContainNull().allMatch(e -> e.getMessage().contains(directory));
    assertThatThrownBy(log::close).isInstanceOf(EngineFailedException.class);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFailedRotationFailsTheLog() {
    WriteAheadLog log = log();
    storage.on(StorageOperation.CREATE, SEGMENTS).failOnce();
    log.append(Ops.put("a", "1"));
    assertThatThrownBy(log::rotate).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> log.append(Ops.put("b", "2")))
        .isInstanceOf(EngineFailedException.class);
    assertThatThrownBy(log::close).isInstanceOf(EngineFailedException.class);
  }

  @Test
  void aFailedRecoveryCanBeTriedAgainByOpeningAnew() {
    try (WriteAheadLog log = log()) {
      log.append(Ops.put("a", "1"));
    }
    for (StorageOperation operation :
        new StorageOperation[] {
          StorageOperation.LIST, StorageOperation.READ, StorageOperation.SYNC,
          StorageOperation.CREATE, StorageOperation.SYNC_DIRECTORY, StorageOperation.WRITE
        }) {
      storage.on(operation).failOnce();
      WriteAheadLog log = WriteAheadLog.open(storage, directory, TABLE, WalOptions.standard(0, 1));
      assertThatThrownBy(() -> log.recover(0, new Replay()))
          .as("%s", operation)
          .isInstanceOf(StorageException.class);
      assertThatThrownBy(() -> log.append(Ops.put("b", "2"))).isInstanceOf(RuntimeException.class);
      closeFailed(log);
      assertThat(reopened().operations).containsExactly("0 PUT a=1");
    }
  }

  private static void closeFailed(WriteAheadLog log) {
    try {
      log.close();
    } catch (EngineFailedException repeated) {
      assertThat(repeated).hasCauseInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void aSegmentThatCannotBeDeletedIsLeftForTheNextOpen() throws Exception {
    try (WriteAheadLog log = log()) {
      log.append(Ops.put("a", "1"));
      long segment = log.rotate();
      storage.on(StorageOperation.DELETE, SEGMENTS).failOnce();
      log.release(segment);
      assertThat(segments()).hasSize(2);
      log.append(Ops.put("b", "2"));
    }
    Replay replay = new Replay();
    try (WriteAheadLog log =
        WriteAheadLog.open(storage, directory, TABLE, WalOptions.standard(0, 1))) {
      log.recover(1, replay);
      assertThat(replay.operations).containsExactly("1 PUT b=2");
      assertThat(segments()).hasSize(2);
    }
  }

  @Test
  void theBackgroundSyncComesAfterTheIntervalOnceAndNotWithoutWrites() throws Exception {
    try (WriteAheadLog log = log()) {
      log.append(Ops.put("a", "1"));
      log.append(Ops.put("b", "2"));
      ticker.awaitWaiters(1);
      counting.reset();
      ticker.advance(Duration.ofMillis(99));
      ticker.awaitWaiters(1);
      assertThat(log.durableSequence()).isEqualTo(-1);
      ticker.advance(Duration.ofMillis(1));
      Patience.until(() -> log.syncStats().done() == 1);
      assertThat(log.durableSequence()).isEqualTo(1);
      assertThat(counting.calls(StorageOperation.SYNC)).isEqualTo(1);
      ticker.advance(Duration.ofSeconds(10));
      assertThat(log.syncStats().queued()).isZero();
      assertThat(counting.calls(StorageOperation.SYNC)).isEqualTo(1);

      log.append(Ops.put("c", "3"));
      ticker.advance(Duration.ofMillis(100));
      Patience.until(() -> log.durableSequence() == 2);
    }
  }

  @Test
  void aWriteWithoutSyncReachesTheOperatingSystemAfterTheInterval() {
    try (WriteAheadLog log = log()) {
      counting.reset();
      log.append(Ops.put("a", "1"), LogSync.NEVER);
      ticker.advance(Duration.ofMillis(100));
      Patience.until(() -> log.syncStats().done() == 1);
      assertThat(counting.calls(StorageOperation.WRITE)).isEqualTo(1);
      assertThat(counting.calls(StorageOperation.SYNC)).isZero();
      Replay replay = new Replay();
      WriteAheadLog.read(storage, directory, TABLE, 0, replay);
      assertThat(replay.operations).containsExactly("0 PUT a=1");
    }
  }

  @Test
  void aFailedBackgroundSyncFailsTheLogAndTheHealth() {
    WriteAheadLog log = log();
    storage.on(StorageOperation.SYNC, SEGMENTS).failOnce();
    log.append(Ops.put("a", "1"));
    ticker.advance(Duration.ofMillis(100));
    Patience.until(() -> log.health().level() == ServiceHealth.Level.UNHEALTHY);
    assertThatThrownBy(() -> log.append(Ops.put("b", "2")))
        .isInstanceOf(EngineFailedException.class);
    assertThatThrownBy(log::close).isInstanceOf(EngineFailedException.class);
  }

  @Test
  void closingMakesEverythingDurable() {
    try (WriteAheadLog log = log()) {
      log.append(Ops.put("a", "1"), LogSync.NEVER);
      log.rotate();
      log.append(Ops.put("b", "2"), LogSync.NEVER);
      counting.reset();
    }
    assertThat(counting.calls(StorageOperation.SYNC, SEGMENTS)).isEqualTo(2);
    assertThat(counting.calls(StorageOperation.SYNC_DIRECTORY))
        .as("for segment and head")
        .isEqualTo(2);
    assertThat(reopened().operations).hasSize(2);
  }

  @Test
  void whatAKilledProcessLeftIsSyncedBeforeAnythingIsAcknowledgedBehindIt() {
    WriteAheadLog dead = log();
    dead.append(Ops.put("a", "1"), LogSync.NEVER);
    ticker.advance(Duration.ofMillis(100));
    Patience.until(() -> dead.syncStats().done() == 1);
    counting.reset();
    try (WriteAheadLog log =
        WriteAheadLog.open(storage, directory, TABLE, WalOptions.standard(0, 1))) {
      log.recover(0, new Replay());
      assertThat(counting.calls(StorageOperation.SYNC, PathPattern.glob("**0001.wal")))
          .isEqualTo(1);
      assertThat(log.durableSequence()).isZero();
    } finally {
      dead.close();
    }
  }
}
