package io.firn.engine.internal.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.internal.wal.Ops.Replay;
import io.firn.error.ClosedException;
import io.firn.error.CorruptionException;
import io.firn.error.EngineFailedException;
import io.firn.error.FencedException;
import io.firn.error.InvalidArgumentException;
import io.firn.service.ServiceEnvironment;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class WriteAheadLogTest {

  private static final PathPattern HEAD = PathPattern.glob("**/head.new");

  private static final UUID TABLE = new UUID(1, 2);

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @TempDir Path temp;

  private CountingStorage storage;
  private String directory;

  @BeforeEach
  void open() {
    storage = new CountingStorage(leaks.track(new LocalStorage()));
    directory = temp.resolve("wal").toString();
  }

  private WriteAheadLog log(long from, Replay replay) {
    WriteAheadLog log = WriteAheadLog.open(storage, directory, TABLE, WalOptions.standard(3, 1));
    try {
      log.recover(from, replay);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
    return log;
  }

  private List<String> replayed(long from) {
    Replay replay = new Replay();
    log(from, replay).close();
    return replay.operations;
  }

  private List<String> segments() throws IOException {
    return storage.list(directory).stream()
        .map(file -> StoragePaths.name(file.path()))
        .filter(name -> name.endsWith(".wal"))
        .toList();
  }

  @Test
  void operationsAreNumberedWithoutAGapAndReplayedInOrder() {
    List<String> expected = new ArrayList<>();
    try (WriteAheadLog log = log(0, new Replay())) {
      Ops two = Ops.put("a", "1").andDelete("b");
      assertThat(log.append(two)).isEqualTo(1);
      expected.addAll(two.printed(1));
      Ops one = Ops.put("c", "");
      assertThat(log.append(one)).isEqualTo(2);
      expected.addAll(one.printed(2));
      assertThat(log.lastSequence()).isEqualTo(2);
    }
    assertThat(replayed(0)).isEqualTo(expected);
    assertThat(replayed(1)).isEqualTo(expected.subList(1, 3));
    assertThat(replayed(3)).isEmpty();
  }

  @Test
  void batchesWrittenTogetherShareTheHeadOfARecord() {
    List<String> expected = new ArrayList<>();
    int perOperation = 1 + 1 + 1 + 4 + 2; // kind, lengths, key, row
    try (WriteAheadLog log = log(0, new Replay())) {
      long before = log.stats().bytes();
      for (int i = 0; i < 1_000; i++) {
        // One operation or two hundred: some do not fit what is begun, some fit no group at all.
        Ops ops = Ops.put("%04d".formatted(i), "ab");
        for (int more = i % 100 == 99 ? 199 : i % 3; more > 0; more--) {
          ops.andPut("%04d".formatted(i), "cd");
        }
        expected.addAll(ops.printed(log.append(ops)));
      }
      log.awaitDurable(log.lastSequence());
      assertThat(log.stats().bytes() - before)
          .isBetween(
              (long) perOperation * expected.size(),
              (long) perOperation * expected.size() + 24L * (expected.size() / 40));
    }
    assertThat(replayed(0)).isEqualTo(expected);
  }

  @Test
  void sequenceNumbersGoOnWhereTheLogOrTheTableEnded() {
    try (WriteAheadLog log = log(0, new Replay())) {
      log.append(Ops.put("a", "1"));
    }
    try (WriteAheadLog log = log(0, new Replay())) {
      assertThat(log.append(Ops.put("b", "2"))).isEqualTo(1);
    }
    try (WriteAheadLog log = log(100, new Replay())) {
      assertThat(log.append(Ops.put("c", "3"))).isEqualTo(100);
    }
  }

  @Test
  void theWriterIsToldOfADurableWriteOnlyAfterTheFileAndItsNameWereSynced() {
    try (WriteAheadLog log = log(0, new Replay())) {
      long last = log.append(Ops.put("a", "1"), LogSync.NOW);
      assertThat(log.durableSequence()).isEqualTo(-1);
      storage.reset();
      log.awaitDurable(last);
      assertThat(log.durableSequence()).isEqualTo(0);
      assertThat(storage.calls(StorageOperation.SYNC)).isEqualTo(1);
      log.awaitDurable(last);
      assertThat(storage.calls(StorageOperation.SYNC)).isEqualTo(1);

      log.rotate();
      last = log.append(Ops.put("b", "1"), LogSync.NOW);
      storage.reset();
      log.awaitDurable(last);
      assertThat(storage.calls(StorageOperation.SYNC, PathPattern.glob("**.wal"))).isEqualTo(2);
      assertThat(storage.calls(StorageOperation.SYNC, HEAD)).as("names the segment").isEqualTo(1);
      assertThat(storage.calls(StorageOperation.SYNC_DIRECTORY)).isEqualTo(2);
    }
  }

  @Test
  void writersThatWaitTogetherShareAnFsync() throws Exception {
    long writers = 16;
    int each = 50;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (WriteAheadLog log = log(0, new Replay())) {
      List<Thread> threads = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        String name = "w" + w;
        Thread thread =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < each; i++) {
                      long last = log.append(Ops.put(name, "" + i), LogSync.NOW);
                      log.awaitDurable(last);
                      assertThat(log.durableSequence()).isGreaterThanOrEqualTo(last);
                    }
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failure.get()).isNull();
      assertThat(log.stats().batches()).isEqualTo(writers * each);
      assertThat(log.stats().syncs()).isLessThan(writers * each / 2);
    }
    assertThat(replayed(0)).hasSize((int) writers * each);
  }

  @Test
  void interruptedWritersWaitToTheEndKeepTheirFlagAndHarmNoFile() throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (WriteAheadLog log = log(0, new Replay())) {
      List<Thread> threads = new ArrayList<>();
      for (int w = 0; w < 4; w++) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < 300; i++) {
                      Thread.currentThread().interrupt();
                      log.awaitDurable(log.append(Ops.put("k", "" + i), LogSync.NOW));
                      assertThat(Thread.currentThread().isInterrupted()).isTrue();
                      if (i % 50 == 49) {
                        log.rotate();
                      }
                    }
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
        threads.add(thread);
        thread.start();
      }
      while (threads.stream().anyMatch(Thread::isAlive)) {
        threads.forEach(Thread::interrupt);
        Thread.onSpinWait();
      }
      assertThat(failure.get()).isNull();
    }
    assertThat(replayed(0)).hasSize(1200);
  }

  @Test
  void aReleasedSegmentIsGoneAndTheRestIsReplayed() throws IOException {
    List<String> expected = new ArrayList<>();
    try (WriteAheadLog log = log(0, new Replay())) {
      log.append(Ops.put("a", "1"));
      long first = log.rotate();
      long last = log.append(Ops.put("b", "2"));
      expected.addAll(Ops.put("b", "2").printed(last));
      long second = log.rotate();
      assertThat(second).isEqualTo(first + 1);
      assertThat(log.stats().segments()).isEqualTo(3);
      log.release(first);
      log.release(first);
      assertThat(log.stats().segments()).isEqualTo(2);
      assertThat(segments()).hasSize(2);
    }
    Replay replay = new Replay();
    log(1, replay).close();
    assertThat(replay.operations).isEqualTo(expected);
  }

  @Test
  void replayedSegmentsAreKnownAndCanBeReleased() throws IOException {
    try (WriteAheadLog log = log(0, new Replay())) {
      log.append(Ops.put("a", "1"));
      log.rotate(4);
      log.append(Ops.put("b", "2"));
    }
    Replay replay = new Replay();
    try (WriteAheadLog log = log(0, replay)) {
      assertThat(replay.segments).containsExactly(1L, 2L);
      assertThat(replay.schemas).containsExactly(3, 4);
      assertThat(log.stats().segments()).isEqualTo(3);
      log.ensureDurable(1);
      replay.segments.forEach(log::release);
      assertThat(segments()).containsExactly("00000000000000000003.wal");
    }
    assertThat(replayed(2)).isEmpty();
  }

  @Test
  void segmentsThatTheTableHasAreDeletedAtTheNextOpen() throws IOException {
    try (WriteAheadLog log = log(0, new Replay())) {
      log.append(Ops.put("a", "1"));
      log.rotate();
      log.append(Ops.put("b", "2"));
    }
    assertThat(replayed(2)).isEmpty();
    assertThat(segments()).containsExactly("00000000000000000003.wal");
  }

  @Test
  void aFlushedSegmentNeedsNoFsync() {
    try (WriteAheadLog log = log(0, new Replay())) {
      long last = log.append(Ops.put("a", "1"), LogSync.NEVER);
      long segment = log.rotate();
      storage.reset();
      log.release(segment);
      log.awaitDurable(last);
      assertThat(storage.calls(StorageOperation.SYNC)).isZero();
    }
  }

  @Test
  void aFullBufferIsWrittenByWhoeverFillsIt() {
    CountDownLatch written = new CountDownLatch(1);
    ServiceEnvironment late =
        ServiceEnvironment.system()
            .withThreads(
                work ->
                    new Thread(
                        () -> {
                          Patience.await(written);
                          work.run();
                        }));
    WalOptions options = WalOptions.standard(3, 1).withBufferBytes(1000).in(late);
    try (WriteAheadLog log = WriteAheadLog.open(storage, directory, TABLE, options)) {
      log.recover(0, new Replay());
      storage.reset();
      for (int i = 0; i < 100; i++) {
        log.append(Ops.put("key", "r".repeat(100)), LogSync.NOW);
      }
      assertThat(storage.calls(StorageOperation.WRITE, PathPattern.glob("**.wal")))
          .isBetween(8L, 14L);
      assertThat(storage.calls(StorageOperation.SYNC)).isZero();
      log.append(Ops.put("key", "r".repeat(100_000)), LogSync.NOW);
      written.countDown();
    }
    assertThat(replayed(0)).hasSize(101);
  }

  @Test
  void aQuarterOfABufferIsWrittenInTheBackground() {
    WalOptions options =
        WalOptions.standard(3, 1).withBufferBytes(4000).withSyncInterval(Duration.ofDays(1));
    try (WriteAheadLog log = WriteAheadLog.open(storage, directory, TABLE, options)) {
      log.recover(0, new Replay());
      storage.reset();
      for (int round = 1; round <= 3; round++) {
        log.append(Ops.put("key", "r".repeat(1100)), LogSync.NOW);
        int writes = round;
        Patience.until(
            () -> storage.calls(StorageOperation.WRITE, PathPattern.glob("**.wal")) == writes);
      }
      assertThat(storage.calls(StorageOperation.SYNC)).isZero();
      assertThat(log.durableSequence()).isNegative();
    }
    assertThat(replayed(0)).hasSize(3);
  }

  @Test
  void aBatchThatIsTooLargeOrEmptyIsRefusedAndChangesNothing() {
    WalOptions options = WalOptions.standard(3, 1).withRecordBytesMax(2000);
    try (WriteAheadLog log = WriteAheadLog.open(storage, directory, TABLE, options)) {
      log.recover(0, new Replay());
      assertThatThrownBy(() -> log.append(Ops.put("a", "r".repeat(3000))))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("2000");
      assertThatThrownBy(() -> log.append(new Ops())).isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(() -> log.awaitDurable(7)).isInstanceOf(InvalidArgumentException.class);
      assertThat(log.append(Ops.put("a", "1"))).isZero();
    }
  }

  @Test
  void aLogOfAnotherTableIsRefused() {
    log(0, new Replay()).close();
    WriteAheadLog log =
        WriteAheadLog.open(storage, directory, new UUID(9, 9), WalOptions.standard(3, 1));
    assertThatThrownBy(() -> log.recover(0, new Replay()))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("/wal/head")
        .hasMessageContaining(TABLE.toString());
    log.close();
  }

  @Test
  void aSegmentOfAnotherTableIsRefused() throws Exception {
    log(0, new Replay()).close();
    Files.delete(temp.resolve("wal/head"));
    WriteAheadLog log =
        WriteAheadLog.open(storage, directory, new UUID(9, 9), WalOptions.standard(3, 1));
    assertThatThrownBy(() -> log.recover(0, new Replay()))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("00000000000000000001.wal")
        .hasMessageContaining(TABLE.toString());
    log.close();
  }

  @Test
  void aSegmentNumberThatSomebodyElseTookIsNotWrittenTo() throws Exception {
    WriteAheadLog log = log(0, new Replay());
    Path taken = temp.resolve("wal/00000000000000000002.wal");
    Files.write(taken, new byte[] {1});
    assertThatThrownBy(log::rotate)
        .isInstanceOf(FencedException.class)
        .hasMessageContaining(taken.toString());
    assertThatThrownBy(() -> log.append(Ops.put("a", "1")))
        .isInstanceOf(EngineFailedException.class)
        .hasCauseInstanceOf(FencedException.class);
    assertThatThrownBy(log::close).isInstanceOf(EngineFailedException.class);
    assertThat(Files.size(taken)).isEqualTo(1);
  }

  @Test
  void filesWithOtherNamesAreLeftAlone() throws Exception {
    log(0, new Replay()).close();
    Files.write(temp.resolve("wal/notes.wal"), new byte[] {1});
    Files.write(temp.resolve("wal/99999999999999999999.wal"), new byte[] {1});
    assertThat(replayed(0)).isEmpty();
    assertThat(temp.resolve("wal/notes.wal")).exists();
  }

  @Test
  void aLogIsUsedInItsOrderOnly() {
    WriteAheadLog log = WriteAheadLog.open(storage, directory, TABLE, WalOptions.standard(3, 1));
    assertThatThrownBy(() -> log.append(Ops.put("a", "1"))).isInstanceOf(ClosedException.class);
    log.recover(0, new Replay());
    assertThatThrownBy(() -> log.recover(0, new Replay()))
        .isInstanceOf(InvalidArgumentException.class);
    log.close();
    log.close();
    assertThatThrownBy(() -> log.append(Ops.put("a", "1"))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(log::rotate).isInstanceOf(ClosedException.class);
  }

  @Test
  void aReaderBesideTheOwnerSeesWhatWasWrittenAndChangesNothing() {
    Storage other = leaks.track(new LocalStorage());
    try (WriteAheadLog log = log(0, new Replay())) {
      log.append(Ops.put("a", "1"));
      log.sync();
      log.append(Ops.put("b", "2"));
      Replay replay = new Replay();
      assertThat(WriteAheadLog.read(other, directory, TABLE, 0, replay)).isZero();
      assertThat(replay.operations).containsExactly("0 PUT a=1");
      assertThat(log.append(Ops.put("c", "3"))).isEqualTo(2);
    }
  }
}
