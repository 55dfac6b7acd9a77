package io.firn.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.error.ClosedException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.WriteStalledException;
import io.firn.service.WorkQueue.Entry;
import io.firn.service.WorkQueue.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few named threads that do units of work handed to them by key, periodic units among them.
 *
 * <p><b>Life.</b> {@code NEW -> RUNNING -> STOPPING -> STOPPED -> RUNNING ...}. A second start is
 * refused, a second stop waits for the first. Stopping is a dual signal: a volatile flag is set
 * under the condition's lock, then everybody waiting is woken; workers read the flag before every
 * wait and after every unit. A worker is never interrupted: a stop takes as long as the units in
 * progress take to reach a safe point, and no longer. No thread is alive when {@link #stop}
 * returns.
 *
 * <p><b>Work.</b> {@link #offer} never blocks. Per key there is at most one unit waiting and one
 * running: a request for a key that waits is merged, for one that runs makes it run once more.
 * Units with different keys run in parallel on up to N workers, oldest first. A unit that throws
 * runs again after a backoff ({@link RetryPolicy}); it makes the service degraded, then unhealthy,
 * and never spins.
 *
 * <p><b>Nothing is kept.</b> What waits at a stop is dropped and counted as abandoned: the owner
 * records on storage what must survive, and offers it again after a start.
 *
 * <p><b>Without threads.</b> If no thread can be started the service is degraded: it still queues
 * work, and {@link #runDue} does it on the calling thread. With zero workers by configuration
 * offers are refused, and only {@link #submit} does something, on the calling thread.
 *
 * <p>Safe for use by many threads. Units, listeners and the dependents of futures run without any
 * lock of the service.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // Volatile fields are written under the lock only.
public final class BackgroundService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BackgroundService.class);

  private final ServiceOptions options;
  private final Ticker ticker;
  private final Counters counters = new Counters();
  private final HealthTracker healthTracker;
  private final ReentrantLock lock = new ReentrantLock();

  /** Signalled when there is work, or when the service stops. */
  private final Condition wake = lock.newCondition();

  /** Signalled when a unit has ended or a worker has left. */
  private final Condition settled = lock.newCondition();

  @GuardedBy("lock")
  private final WorkQueue queue = new WorkQueue();

  @GuardedBy("lock")
  private List<Thread> workers = new ArrayList<>();

  /** Threads that run a unit, workers and callers alike. */
  @GuardedBy("lock")
  private final Set<Thread> runners = new HashSet<>();

  /** While stopping: finish what is ready first. */
  @GuardedBy("lock")
  private boolean draining;

  /** Written under the lock. */
  private volatile ServiceState state = ServiceState.NEW;

  /** Stop at the next safe point. Written under the lock. */
  private volatile boolean stopRequested;

  // Copies for the statistics, written under the lock.
  private volatile int liveWorkers;
  private volatile int active;
  private volatile int queued;

  public BackgroundService(ServiceOptions options) {
    this.options = options;
    this.ticker = options.environment().ticker();
    this.healthTracker = new HealthTracker(options);
  }

  /**
   * Starts the workers.
   *
   * @throws InvalidArgumentException if the service is running or still stopping
   */
  public void start() {
    lock.lock();
    try {
      if (state != ServiceState.NEW && state != ServiceState.STOPPED) {
        throw new InvalidArgumentException(
            "The " + options.name() + " service cannot be started: it is " + state);
      }
      state = ServiceState.RUNNING;
      stopRequested = false;
      draining = false;
      healthTracker.reset();
      if (options.workers() > 0) {
        schedulePeriodic();
        startWorkers();
      }
    } finally {
      lock.unlock();
    }
    healthTracker.publish();
  }

  @GuardedBy("lock")
  private void schedulePeriodic() {
    long now = ticker.nanoTime();
    for (ServiceOptions.Periodic periodic : options.periodic()) {
      long period = periodic.interval().toNanos();
      Entry entry = new Entry(periodic.key(), periodic.unit(), period);
      queue.add(entry);
      queue.enqueue(entry, Phase.SCHEDULED, now + period);
    }
  }

  @GuardedBy("lock")
  private void startWorkers() {
    ThreadFactory factory = options.environment().threads();
    workers = new ArrayList<>();
    for (int i = 0; i < options.workers(); i++) {
      String name = "firn-" + options.name() + "-" + i;
      try {
        Thread thread = factory.newThread(this::work);
        thread.setName(name);
        thread.setDaemon(true);
        thread.start();
        workers.add(thread);
        liveWorkers++;
      } catch (RuntimeException | Error e) {
        // Out of threads is an OutOfMemoryError; what has started so far goes on.
        healthTracker.missingWorkers(options.workers() - i, e);
        LOG.warn(
            "Thread {} could not be started: the {} service runs {}",
            name,
            options.name(),
            i == 0 ? "on the threads of its callers" : "with " + i + " workers",
            e);
        return;
      }
    }
  }

  /**
   * Asks for a unit to run as soon as a worker is free. Never blocks and never runs it here.
   *
   * @param key what the work is about; equal keys are one request
   */
  public Offer offer(Object key, WorkUnit unit) {
    return enqueue(key, unit, 0, null);
  }

  /**
   * Asks for a unit to run after a delay. If the key waits already the earlier time counts, so an
   * {@link #offer} brings it forward to now.
   */
  public Offer offerAfter(Duration delay, Object key, WorkUnit unit) {
    return enqueue(key, unit, delay.toNanos(), null);
  }

  /**
   * Asks for a unit to run, and for its result: the future completes when a run that began after
   * this call has ended, exceptionally if that run failed (it is retried all the same), if the
   * request was refused, or if the service stopped first. Where no worker thread exists the unit
   * runs before this method returns.
   */
  public CompletableFuture<Void> submit(Object key, WorkUnit unit) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    Offer offer = enqueue(key, unit, 0, result);
    if (offer == Offer.STOPPED) {
      result.completeExceptionally(
          new ClosedException("The " + options.name() + " service is " + state));
    } else if (offer == Offer.FULL) {
      result.completeExceptionally(
          new WriteStalledException(
              "The queue of the "
                  + options.name()
                  + " service is full: "
                  + options.queueLimit()
                  + " requests wait"));
    } else if (liveWorkers == 0) {
      runDue();
    }
    return result;
  }

  private Offer enqueue(
      Object key, WorkUnit unit, long delayNanos, @Nullable CompletableFuture<Void> waiter) {
    Offer offer = state == ServiceState.RUNNING ? Offer.QUEUED : Offer.STOPPED;
    if (offer == Offer.QUEUED && options.workers() == 0 && waiter == null) {
      offer = Offer.DISABLED;
    }
    if (offer == Offer.QUEUED) {
      lock.lock();
      try {
        offer = enqueueLocked(key, unit, delayNanos, waiter);
      } finally {
        lock.unlock();
      }
    }
    if (offer == Offer.MERGED) {
      counters.merged.increment();
    } else if (!offer.accepted()) {
      counters.refused.increment();
    }
    return offer;
  }

  @GuardedBy("lock")
  private Offer enqueueLocked(
      Object key, WorkUnit unit, long delayNanos, @Nullable CompletableFuture<Void> waiter) {
    if (state != ServiceState.RUNNING) {
      return Offer.STOPPED;
    }
    long due = ticker.nanoTime() + delayNanos;
    Phase phase = delayNanos > 0 ? Phase.SCHEDULED : Phase.READY;
    Entry entry = queue.find(key);
    Offer offer = Offer.MERGED;
    if (entry == null) {
      if (queue.requested() >= options.queueLimit()) {
        return Offer.FULL;
      }
      entry = new Entry(key, unit, 0);
      queue.add(entry);
      queue.enqueue(entry, phase, due);
      offer = liveWorkers > 0 ? Offer.QUEUED : Offer.INLINE;
    } else if (entry.phase == Phase.RUNNING) {
      entry.dueNanos = entry.again && entry.dueNanos - due < 0 ? entry.dueNanos : due;
      entry.again = true;
    } else if (entry.phase == Phase.SCHEDULED && due - entry.dueNanos < 0) {
      queue.advance(entry, phase, due);
    }
    if (entry.periodNanos == 0) {
      entry.unit = unit;
    }
    if (waiter != null) {
      entry.waiters.add(waiter);
    }
    queued = queue.requested();
    wake.signal();
    return offer;
  }

  private void work() {
    try {
      Entry entry = next(true);
      while (entry != null) {
        execute(entry);
        entry = next(true);
      }
    } finally {
      List<Entry> left;
      lock.lock();
      try {
        liveWorkers--;
        left = completeStop();
      } finally {
        lock.unlock();
      }
      abandonAll(left);
    }
  }

  /**
   * Runs on the calling thread what is ready or due, until nothing is. This is how work gets done
   * when no worker thread exists.
   *
   * @return how many units ran
   */
  public int runDue() {
    int count = 0;
    for (Entry entry = next(false); entry != null; entry = next(false)) {
      execute(entry);
      count++;
    }
    return count;
  }

  /** The next unit to run; null when there is none, or for a worker when it has to leave. */
  private @Nullable Entry next(boolean worker) {
    lock.lock();
    try {
      while (true) {
        if (leaving()) {
          return null;
        }
        queue.promote(ticker.nanoTime());
        Entry entry = queue.take();
        if (entry != null) {
          runners.add(Thread.currentThread());
          active++;
          queued = queue.requested();
          if (queue.hasReady()) {
            wake.signal();
          }
          return entry;
        }
        if (!worker) {
          return null;
        }
        awaitWork();
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean leaving() {
    return state != ServiceState.RUNNING && !(draining && queue.hasReady());
  }

  @GuardedBy("lock")
  @SuppressWarnings("WaitNotInLoop") // next() loops.
  private void awaitWork() {
    Entry first = queue.nextDelayed();
    try {
      if (first == null) {
        wake.await();
      } else {
        ticker.awaitUntil(lock, wake, first.dueNanos);
      }
    } catch (InterruptedException e) {
      // Nobody of ours interrupts a worker. Somebody else's interrupt must not end it.
      LOG.warn("A worker of the {} service was interrupted; it goes on", options.name());
    }
  }

  private void execute(Entry entry) {
    List<CompletableFuture<Void>> waiters;
    WorkUnit unit;
    lock.lock();
    try {
      waiters = entry.waiters;
      entry.waiters = new ArrayList<>();
      unit = entry.unit;
    } finally {
      lock.unlock();
    }
    WorkOutcome outcome = WorkOutcome.DONE;
    Throwable error = null;
    try {
      outcome = unit.run(new UnitContext(entry.attempts, () -> stopRequested, counters));
    } catch (Throwable e) {
      error = e;
    }
    if (error == null) {
      (outcome == WorkOutcome.SKIPPED ? counters.skipped : counters.done).increment();
      if (outcome != WorkOutcome.SKIPPED) {
        counters.success(ticker.currentTimeMillis());
      }
    } else {
      counters.failure(ticker.currentTimeMillis(), entry.key + ": " + error);
      LOG.warn("{} of the {} service failed", entry.key, options.name(), error);
    }
    List<CompletableFuture<Void>> dropped;
    List<Entry> left;
    lock.lock();
    try {
      runners.remove(Thread.currentThread());
      active--;
      dropped = settle(entry, outcome, error);
      queued = queue.requested();
      healthTracker.update(queue.entries());
      wake.signal();
      settled.signalAll();
      left = completeStop();
    } finally {
      lock.unlock();
    }
    healthTracker.publish();
    for (CompletableFuture<Void> waiter : waiters) {
      if (error == null) {
        waiter.complete(null);
      } else {
        waiter.completeExceptionally(error);
      }
    }
    abandon(dropped);
    abandonAll(left);
  }

  /** Decides what becomes of an entry that has run; returns whom it leaves waiting for nothing. */
  @GuardedBy("lock")
  private List<CompletableFuture<Void>> settle(
      Entry entry, WorkOutcome outcome, @Nullable Throwable error) {
    boolean fatal = false;
    if (error != null && options.retry().fatal().test(error)) {
      fatal = true;
      healthTracker.fatal(entry.key, error);
    }
    entry.attempts = error == null ? 0 : entry.attempts + 1;
    entry.lastError = error == null ? null : String.valueOf(error);
    long now = ticker.nanoTime();
    boolean again = entry.again;
    entry.again = false;
    boolean ends = state != ServiceState.RUNNING && !draining;
    if (ends || fatal) {
      queue.remove(entry);
      return entry.waiters;
    }
    if (error != null) {
      queue.enqueue(entry, Phase.RETRYING, now + options.retry().delay(entry.attempts).toNanos());
    } else if (outcome == WorkOutcome.AGAIN || (again && entry.dueNanos - now <= 0)) {
      queue.enqueue(entry, Phase.READY, now);
    } else if (entry.periodNanos > 0) {
      long next = now + entry.periodNanos;
      queue.enqueue(
          entry, Phase.SCHEDULED, again && entry.dueNanos - next < 0 ? entry.dueNanos : next);
    } else if (again) {
      queue.enqueue(entry, Phase.SCHEDULED, entry.dueNanos);
    } else {
      queue.remove(entry);
    }
    return List.of();
  }

  private void abandon(List<CompletableFuture<Void>> waiters) {
    for (CompletableFuture<Void> waiter : waiters) {
      waiter.completeExceptionally(
          new ClosedException("The " + options.name() + " service stopped before the work ran"));
    }
  }

  /**
   * Stops: the units in progress finish or give up at a safe point, everything that waits is
   * dropped, all threads end. Uninterruptible. Does nothing on a service that is not running, waits
   * if it is stopping. Called from a unit it only gives the signal and returns.
   */
  public void stop() {
    stop(false);
  }

  /** Stops like {@link #stop}, but runs what is ready first; what waits for a time is dropped. */
  public void drainAndStop() {
    stop(true);
  }

  private void stop(boolean drain) {
    List<Thread> leaving;
    List<Entry> left;
    boolean inside;
    lock.lock();
    try {
      if (state == ServiceState.RUNNING) {
        state = ServiceState.STOPPING;
        draining = drain;
        queue.promote(ticker.nanoTime());
      } else {
        draining &= drain;
      }
      stopRequested = !draining;
      wake.signalAll();
      leaving = List.copyOf(workers);
      inside = runners.contains(Thread.currentThread());
      left = completeStop();
    } finally {
      lock.unlock();
    }
    abandonAll(left);
    if (!inside) {
      if (leaving.isEmpty()) {
        runDue();
      }
      leaving.forEach(WorkerThreads::awaitEnd);
      awaitStopped();
    }
  }

  /** Ends the stop if nobody is left who works; returns what was still waiting. */
  @GuardedBy("lock")
  private List<Entry> completeStop() {
    boolean over =
        state == ServiceState.STOPPING
            && liveWorkers == 0
            && runners.isEmpty()
            && !(draining && queue.hasReady());
    if (!over) {
      return List.of();
    }
    state = ServiceState.STOPPED;
    stopRequested = true;
    queued = 0;
    settled.signalAll();
    return queue.clear();
  }

  private void awaitStopped() {
    lock.lock();
    try {
      while (state == ServiceState.STOPPING) {
        settled.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void abandonAll(List<Entry> left) {
    for (Entry entry : left) {
      if (entry.periodNanos == 0) {
        counters.abandoned.increment();
      }
      abandon(entry.waiters);
    }
  }

  /** {@link #stop}. */
  @Override
  public void close() {
    stop();
  }

  /**
   * Waits until no unit runs and none is ready; what waits for a time or a retry does not count.
   *
   * @return false if that did not happen in time
   */
  public boolean awaitIdle(Duration timeout) throws InterruptedException {
    long deadline = ticker.nanoTime() + timeout.toNanos();
    lock.lock();
    try {
      queue.promote(ticker.nanoTime());
      while (active > 0 || queue.hasReady()) {
        if (deadline - ticker.nanoTime() <= 0) {
          return false;
        }
        ticker.awaitUntil(lock, settled, deadline);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * True if no worker thread runs: what is queued waits for somebody to call {@link #runInline}.
   */
  public boolean isInline() {
    return state == ServiceState.RUNNING && liveWorkers == 0;
  }

  /** {@link #runDue} if nobody else does it. Cheap, and without a lock, while there are workers. */
  public void runInline() {
    if (isInline()) {
      runDue();
    }
  }

  public ServiceState state() {
    return state;
  }

  /** The figures now, without taking a lock. */
  public ServiceStats stats() {
    return counters.stats(options, state, liveWorkers, active, queued);
  }

  /** The health now, without taking a lock. */
  public ServiceHealth health() {
    return healthTracker.health();
  }
}
