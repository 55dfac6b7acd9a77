package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.CommitUnknownException;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.SurvivalMode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A thread that waits for a flush learns that the engine has failed elsewhere. */
class FailedWhileWaitingTest {

  private final CrashStorage disk = new CrashStorage();
  private final FaultStorage storage = new FaultStorage(disk);
  private final ExecutorService compactor = Executors.newSingleThreadExecutor();
  private final CountDownLatch testIsOver = new CountDownLatch(1);

  @AfterEach
  void endThreads() {
    testIsOver.countDown();
    compactor.shutdownNow();
  }

  /**
   * The outcome of a compaction's commit is unknown and nobody can find out. No flush is tried any
   * more, so that nothing but this failure could wake whoever waits for one.
   */
  @Test
  void aFlushIsNotWaitedForAfterACompactionHasFailedForGood() throws Exception {
    FirnTable table =
        FirnTable.builder()
            .path("/waiting/table")
            .schema(Rows.SCHEMA)
            .key("id")
            .storage(storage)
            .option("compaction-workers", "0")
            .option("flush-workers", "1")
            .option("close-millis-max", "100")
            .open();
    for (long id = 0; id < 3; id++) {
      table.put(Rows.row(id));
      table.flush();
    }
    CountDownLatch committing = new CountDownLatch(1);
    CountDownLatch crash = new CountDownLatch(1);
    CountDownLatch flushing = new CountDownLatch(1);
    storage
        .on(StorageOperation.PUBLISH, PathPattern.glob("**/metadata/v*.metadata.json"))
        .runOnce(
            path -> {
              committing.countDown();
              Patience.await(crash);
              CrashStorage ignored = disk.crash(SurvivalMode.NONE, 1);
            });
    Future<?> compaction = compactor.submit(() -> table.compact(CompactionKind.FULL));
    Patience.await(committing);
    storage
        .on(StorageOperation.CREATE, PathPattern.glob("**/data/*"))
        .runOnce(
            path -> {
              flushing.countDown();
              Patience.await(testIsOver);
            });
    table.put(Rows.row(3));
    Thread here = Thread.currentThread();
    Thread crasher =
        new Thread(
            () -> {
              Patience.await(flushing);
              Patience.until(
                  () ->
                      here.getState() == Thread.State.TIMED_WAITING
                          || here.getState() == Thread.State.WAITING);
              crash.countDown();
            });
    crasher.start();
    assertThatThrownBy(table::flush).isInstanceOf(CommitUnknownException.class);
    assertThat(flushing.getCount()).isZero();
    assertThatThrownBy(compaction::get).hasCauseInstanceOf(CommitUnknownException.class);
    crasher.join();
    testIsOver.countDown();
    assertThatThrownBy(table::close).isInstanceOf(FirnException.class);
  }
}
