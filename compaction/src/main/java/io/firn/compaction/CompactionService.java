package io.firn.compaction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.catalog.Version;
import io.firn.compaction.CompactionResult.Abandoned;
import io.firn.error.ClosedException;
import io.firn.error.FirnException;
import io.firn.service.BackgroundService;
import io.firn.service.Completions;
import io.firn.service.Offer;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceState;
import io.firn.service.WorkContext;
import io.firn.service.WorkOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Compaction in the background, and on request. As many jobs run at once as there are workers, on
 * inputs that are disjoint; a job that splits into key sub-ranges uses workers that have nothing
 * else to do, and the threads of callers who wait for a request. With no workers nothing happens by
 * itself, and a request is served on the caller's thread.
 *
 * <p>Stopping lets a job that is about to commit finish, and makes every other one give up at its
 * next batch and delete what it wrote. After a stop, no thread is left and no file that nothing
 * names, unless storage failed. May be started again. Safe for use by many threads.
 */
public final class CompactionService implements AutoCloseable {

  private static final Duration PAUSE_AFTER_ABANDONMENT = Duration.ofSeconds(1);

  /** A request gives up after this many jobs that another engine's commits have made void. */
  private static final int ABANDONED_MAX = 10;

  private final CompactionHost host;
  private final CompactionOptions options;
  private final BackgroundService background;
  private final Levels levels;
  private final Reservations reservations = new Reservations();
  private final CompactionPicker picker;
  private final RequestedPlans requestedPlans;
  private final CompactionCounters counters = new CompactionCounters();
  private final WaitingCallers callers = new WaitingCallers();
  private final JobRunner runner;
  private final JobGate gate = new JobGate();
  private final Map<CompactionRequest, AtomicBoolean> asked =
      Map.of(
          CompactionRequest.MINOR, new AtomicBoolean(),
          CompactionRequest.FULL, new AtomicBoolean(),
          CompactionRequest.PURGE, new AtomicBoolean());

  /** Makes reading the version and reserving a plan of it one step. */
  private final Object pickLock = new Object();

  @GuardedBy("pickLock")
  private boolean derived;

  public CompactionService(CompactionHost host, CompactionOptions options) {
    this.host = host;
    this.options = options;
    this.levels = new Levels(KeyRanges.of(host.readers()), options);
    this.picker = new CompactionPicker(options, reservations);
    this.requestedPlans = new RequestedPlans(options);
    this.runner = new JobRunner(host, levels, options, counters, callers);
    this.background =
        new BackgroundService(
            ServiceOptions.named("compaction")
                .withWorkers(options.workers())
                .in(host.environment()));
  }

  /**
   * Starts the workers, and lets them look for something to do.
   *
   * @throws io.firn.error.InvalidArgumentException if the service is running
   */
  public void start() {
    background.start();
    requestCompaction();
  }

  /** Asks for whatever is due. Never blocks; asking twice is asking once. */
  public void requestCompaction() {
    for (int slot = 0; slot < options.workers(); slot++) {
      if (offer(slot) != Offer.MERGED) {
        return;
      }
    }
  }

  /**
   * Does on the calling thread what has been asked for, if no worker thread could be started. Call
   * it without any lock.
   */
  public void runInline() {
    background.runInline();
  }

  private Offer offer(int slot) {
    return background.offer(slot, context -> work(slot, context));
  }

  /** One worker's share: the most urgent job that is free. */
  private WorkOutcome work(int slot, WorkContext context) {
    if (!gate.tryEnter()) {
      return WorkOutcome.SKIPPED;
    }
    try {
      CompactionPlan plan = pick();
      if (plan == null) {
        return WorkOutcome.SKIPPED;
      }
      if (slot + 1 < options.workers()) {
        offer(slot + 1);
      }
      CompactionResult result = run(plan, context);
      if (result instanceof Abandoned) {
        background.offerAfter(PAUSE_AFTER_ABANDONMENT, slot, again -> work(slot, again));
        return WorkOutcome.SKIPPED;
      }
      return WorkOutcome.AGAIN;
    } finally {
      gate.leave();
    }
  }

  private @Nullable CompactionPlan pick() {
    synchronized (pickLock) {
      return picker.pick(pickableLocked()).orElse(null);
    }
  }

  /** What may be compacted: files that may repeat keys of others are not, until that is settled. */
  @GuardedBy("pickLock")
  private LevelView pickableLocked() {
    Version version = host.store().version();
    return viewLocked(version).without(version.unsettled().files());
  }

  @GuardedBy("pickLock")
  private LevelView viewLocked(Version version) {
    if (!derived) {
      levels.rederive(version);
      derived = true;
    }
    return levels.view(version);
  }

  /** Runs a reserved plan and gives the reservation back. */
  private CompactionResult run(CompactionPlan plan, WorkContext context) {
    try {
      CompactionResult result = runner.run(plan, context::stopRequested, background);
      if (result instanceof CompactionResult.Committed done && plan.rewrites()) {
        context.addBytesIn(plan.inputBytes());
        context.addBytesOut(done.outputs().stream().mapToLong(f -> f.lengthBytes()).sum());
      }
      return result;
    } finally {
      reservations.release(plan);
    }
  }

  /**
   * Does a compaction and returns when it is done; the calling thread takes part in it. Flushes go
   * on meanwhile; what they add is not part of it.
   *
   * @throws ClosedException if the service is not running, or stops first
   * @throws FirnException if a job failed; other jobs of the request may have been committed
   */
  public void compactNow(CompactionRequest request) {
    AtomicBoolean flag = asked.getOrDefault(request, new AtomicBoolean());
    flag.set(true);
    CompletableFuture<Void> done =
        background.submit(
            request,
            context -> {
              // A retry by the service after a failure is nobody's request.
              if (!flag.getAndSet(false)) {
                return WorkOutcome.SKIPPED;
              }
              perform(request, context);
              return WorkOutcome.DONE;
            });
    callers.awaitHelping(done);
    Completions.await(done);
  }

  private void perform(CompactionRequest request, WorkContext context) {
    if (request == CompactionRequest.MINOR) {
      performMinor(context);
      return;
    }
    if (!gate.enterExclusive(context::stopRequested)) {
      throw stopped(request);
    }
    try {
      List<CompactionPlan> plans = reserveAll(request);
      List<Callable<CompactionResult>> jobs = new ArrayList<>();
      Set<CompactionPlan> open = new HashSet<>(plans);
      for (CompactionPlan plan : plans) {
        jobs.add(
            () -> {
              synchronized (open) {
                open.remove(plan);
              }
              return run(plan, context);
            });
      }
      Fork.Outcome<CompactionResult> outcome = Fork.join(jobs, background);
      open.forEach(reservations::release);
      Throwable failure = outcome.failure();
      if (failure instanceof RuntimeException unchecked) {
        throw unchecked;
      } else if (failure instanceof Error error) {
        throw error;
      }
      if (context.stopRequested()
          && outcome.results().stream().anyMatch(Abandoned.class::isInstance)) {
        throw stopped(request);
      }
    } finally {
      gate.leaveExclusive();
      requestCompaction();
    }
  }

  private List<CompactionPlan> reserveAll(CompactionRequest request) {
    synchronized (pickLock) {
      LevelView view = pickableLocked();
      List<CompactionPlan> plans = plansOf(request, view, requestedPlans);
      for (CompactionPlan plan : plans) {
        if (!reservations.tryReserve(plan)) {
          throw new IllegalStateException("Nobody else may hold an input of " + plan);
        }
      }
      return plans;
    }
  }

  private static List<CompactionPlan> plansOf(
      CompactionRequest request, LevelView view, RequestedPlans requested) {
    return request == CompactionRequest.FULL ? requested.full(view) : requested.purge(view);
  }

  /** Jobs until none is due that concerns a file which was there at the beginning. */
  private void performMinor(WorkContext context) {
    Set<String> concerned = new HashSet<>(host.store().version().files().keySet());
    int abandoned = 0;
    while (abandoned < ABANDONED_MAX) {
      long ended = gate.ended();
      if (context.stopRequested()) {
        throw stopped(CompactionRequest.MINOR);
      }
      if (!gate.tryEnter()) {
        // A full compaction or a purge is at it; what it leaves is looked at afterwards.
        if (!gate.enterExclusive(context::stopRequested)) {
          throw stopped(CompactionRequest.MINOR);
        }
        gate.leaveExclusive();
        continue;
      }
      boolean picked = false;
      try {
        CompactionPlan plan = pickMinor(concerned);
        if (plan != null) {
          picked = true;
          abandoned += run(plan, context) instanceof Abandoned ? 1 : 0;
        }
      } finally {
        gate.leave();
      }
      if (!picked && gate.running() == 0) {
        return;
      }
      if (!picked) {
        gate.awaitEnd(ended + 1);
      }
    }
  }

  private @Nullable CompactionPlan pickMinor(Set<String> concerned) {
    synchronized (pickLock) {
      LevelView view = pickableLocked();
      boolean old = view.level(0).stream().anyMatch(file -> concerned.contains(file.path()));
      Optional<CompactionPlan> plan = old ? picker.pickMinor(view) : picker.pick(view);
      if (plan.isPresent() && plan.get().inputPaths().stream().noneMatch(concerned::contains)) {
        reservations.release(plan.get());
        return null;
      }
      return plan.orElse(null);
    }
  }

  private static ClosedException stopped(CompactionRequest request) {
    return new ClosedException("Compaction stopped before the " + request + " request was done");
  }

  /** What a request would do now, without doing it. */
  public List<CompactionPlan> plan(CompactionRequest request) {
    return plan(view(), options, request);
  }

  /** What a request would do with these levels if nothing else was running. Does no I/O. */
  public static List<CompactionPlan> plan(
      LevelView view, CompactionOptions options, CompactionRequest request) {
    if (request != CompactionRequest.MINOR) {
      return plansOf(request, view, new RequestedPlans(options));
    }
    CompactionPicker dry = new CompactionPicker(options, new Reservations());
    List<CompactionPlan> plans = new ArrayList<>();
    Optional<CompactionPlan> next = dry.pickMinor(view);
    while (next.isPresent()) {
      plans.add(next.get());
      next = dry.pickMinor(view);
    }
    return List.copyOf(plans);
  }

  /** The levels of the current version. */
  public LevelView view() {
    synchronized (pickLock) {
      return viewLocked(host.store().version());
    }
  }

  /** The scores of the current version's levels. */
  public List<LevelScore> scores() {
    return LevelScore.of(view(), options);
  }

  /** Inputs and outputs of running jobs: none of these may be deleted. */
  public Set<String> pathsInProgress() {
    Set<String> paths = new HashSet<>(reservations.paths());
    paths.addAll(runner.outputsInProgress());
    return paths;
  }

  /** The figures so far. */
  public CompactionStats stats() {
    return counters.stats(background.stats(), gate.running());
  }

  /** How well it works, and why not better. */
  public ServiceHealth health() {
    return background.health();
  }

  /** Where the service is in its life. */
  public ServiceState state() {
    return background.stats().state();
  }

  /** Waits until nothing runs and nothing is queued. False if that took longer. */
  public boolean awaitIdle(Duration timeout) throws InterruptedException {
    return background.awaitIdle(timeout);
  }

  /** Stops; see the class comment. Idempotent, uninterruptible. */
  public void stop() {
    background.stop();
  }

  /** {@link #stop}. */
  @Override
  public void close() {
    stop();
  }
}
