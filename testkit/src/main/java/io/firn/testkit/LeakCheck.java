package io.firn.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.storage.Storage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves behind a thread of ours, an open file or a lock:
 *
 * <pre>{@code
 * @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
 * ...
 * Storage storage = leaks.track(new LocalStorage());
 * }</pre>
 *
 * <p>Threads that lived before the test do not count. A thread that is on its way out is given a
 * few seconds.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {

  private final String threadPrefix;

  @GuardedBy("this")
  private final Set<Thread> before = new HashSet<>();

  @GuardedBy("this")
  private final List<TrackingStorage> tracked = new ArrayList<>();

  private LeakCheck(String threadPrefix) {
    this.threadPrefix = threadPrefix;
  }

  /** Checks the threads whose names begin so. */
  public static LeakCheck threadsNamed(String prefix) {
    return new LeakCheck(prefix);
  }

  /** A storage whose open handles this check knows. */
  public synchronized TrackingStorage track(Storage storage) {
    TrackingStorage tracking = new TrackingStorage(storage);
    tracked.add(tracking);
    return tracking;
  }

  /** Checks at this point of a test what is otherwise checked at its end. */
  public void assertNoLeaks() throws InterruptedException {
    Set<Thread> known;
    List<TrackingStorage> storages;
    synchronized (this) {
      known = Set.copyOf(before);
      storages = List.copyOf(tracked);
    }
    List<Thread> alive = liveThreads();
    alive.removeAll(known);
    for (Thread thread : alive) {
      Patience.join(thread);
    }
    alive.removeIf(thread -> !thread.isAlive());
    if (!alive.isEmpty()) {
      AssertionError error =
          new AssertionError(
              "Still running: "
                  + alive.stream().map(Thread::getName).sorted().collect(Collectors.joining(", ")));
      for (Thread thread : alive) {
        Throwable where = new Throwable(thread.getName());
        where.setStackTrace(thread.getStackTrace());
        error.addSuppressed(where);
      }
      throw error;
    }
    storages.forEach(TrackingStorage::assertAllClosed);
  }

  @Override
  public synchronized void beforeEach(ExtensionContext context) {
    before.clear();
    before.addAll(liveThreads());
    tracked.clear();
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    if (context.getExecutionException().isEmpty()) {
      assertNoLeaks();
    }
  }

  private List<Thread> liveThreads() {
    List<Thread> found = new ArrayList<>(Thread.getAllStackTraces().keySet());
    found.removeIf(thread -> !thread.getName().startsWith(threadPrefix));
    return found;
  }
}
