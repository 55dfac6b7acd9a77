package io.firn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.storage.LocalStorage;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class LeakCheckTest {

  @TempDir Path directory;

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("leak-check-test");

  @Test
  void anOpenFileIsALeakUntilItIsClosed() throws Exception {
    Storage storage = leaks.track(new LocalStorage());
    try (OutputFileHandle file = storage.create(directory + "/a")) {
      assertThatThrownBy(leaks::assertNoLeaks)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("CREATE of " + directory + "/a");
      assertThat(file.position()).isZero();
    }
    leaks.assertNoLeaks();
  }

  @Test
  void aHeldLockIsALeakUntilItIsReleased() throws Exception {
    Storage storage = leaks.track(new LocalStorage());
    try (Storage.FileLease lease = storage.lock(directory + "/LOCK")) {
      assertThatThrownBy(leaks::assertNoLeaks).hasMessageContaining("LOCK of " + lease.path());
    }
  }

  @Test
  void aThreadOnItsWayOutIsNoLeak() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Thread thread = new Thread(() -> awaitQuietly(end), "leak-check-test-worker");
    thread.start();
    end.countDown();
    leaks.assertNoLeaks();
    assertThat(thread.isAlive()).isFalse();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
