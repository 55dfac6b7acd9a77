package io.firn.testkit;

import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Fails, shortens or interrupts chosen calls:
 *
 * <pre>{@code
 * faults.on(SYNC, PathPattern.glob("**" + "/wal/*")).nth(3).failOnce();
 * faults.on(PUBLISH).failAfterEffect(() -> new IOException("lost answer"));
 * faults.fullDiskAfter(1 << 20);
 * }</pre>
 *
 * <p>Rules may be added and healed while other threads use the storage. A rule counts the calls
 * that match it from the moment it is set.
 */
public final class FaultStorage extends InterceptedStorage {

  /** Runs inside a matching call, before its effect; may throw instead of letting it happen. */
  @FunctionalInterface
  public interface Intervention {
    void run(String path) throws IOException;
  }

  private final List<Fault> faults = new CopyOnWriteArrayList<>();
  private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

  /** Injects faults into the calls that reach {@code below}. */
  public FaultStorage(Storage below) {
    super(below);
  }

  /** Begins a rule for every path. */
  public Rule on(StorageOperation operation) {
    return on(operation, PathPattern.any());
  }

  /** Begins a rule for the paths of a pattern. */
  public Rule on(StorageOperation operation, PathPattern paths) {
    return new Rule(operation, paths, 1);
  }

  /** Lets {@code bytes} more be written; the write that would exceed them writes what fits. */
  public void fullDiskAfter(long bytes) {
    room.set(bytes);
  }

  /** Removes every rule, and gives the disk its space back. */
  public void heal() {
    faults.clear();
    room.set(Long.MAX_VALUE);
  }

  @Override
  public long freeBytes(String directory) throws IOException {
    return Math.min(room.get(), super.freeBytes(directory));
  }

  @Override
  void before(StorageOperation operation, String path, long bytes) throws IOException {
    for (Fault fault : faults) {
      if (fault.timing == Timing.BEFORE && fault.matches(operation, path) && fault.due()) {
        fault.intervention.run(path);
      }
    }
    if (operation == StorageOperation.CREATE && room.get() <= 0) {
      throw fullDisk(path);
    }
  }

  @Override
  void after(StorageOperation operation, String path, long bytes) throws IOException {
    for (Fault fault : faults) {
      if (fault.timing == Timing.AFTER && fault.matches(operation, path) && fault.due()) {
        fault.intervention.run(path);
      }
    }
  }

  @Override
  void write(OutputFileHandle file, String path, byte[] bytes, int offset, int length)
      throws IOException {
    for (Fault fault : faults) {
      if (fault.timing == Timing.SHORT
          && fault.matches(StorageOperation.WRITE, path)
          && fault.due()) {
        file.write(bytes, offset, Math.min(length, fault.keptBytes));
        fault.intervention.run(path);
      }
    }
    long had =
        room.getAndUpdate(free -> free == Long.MAX_VALUE ? free : Math.max(0, free - length));
    if (had < length) {
      file.write(bytes, offset, (int) had);
      throw fullDisk(path);
    }
    file.write(bytes, offset, length);
  }

  private static IOException fullDisk(String path) {
    return new IOException(path + ": No space left on device");
  }

  private enum Timing {
    BEFORE,
    AFTER,
    SHORT
  }

  /** A rule being described: which call, then what happens to it. Immutable. */
  public final class Rule {
    private final StorageOperation operation;
    private final PathPattern paths;
    private final long nth;

    private Rule(StorageOperation operation, PathPattern paths, long nth) {
      this.operation = operation;
      this.paths = paths;
      this.nth = nth;
    }

    /** The rule begins with the n-th matching call, counted from 1. */
    public Rule nth(long call) {
      return new Rule(operation, paths, call);
    }

    /** One call fails with an {@link IOException} that names it. */
    public Fault failOnce() {
      return failOnce(this::named);
    }

    /** One call fails. */
    public Fault failOnce(Supplier<? extends IOException> failure) {
      return add(Timing.BEFORE, 1, 0, path -> raise(failure));
    }

    /** Every call from then on fails with an {@link IOException} that names it. */
    public Fault failForGood() {
      return failForGood(this::named);
    }

    /** Every call from then on fails. */
    public Fault failForGood(Supplier<? extends IOException> failure) {
      return add(Timing.BEFORE, Long.MAX_VALUE, 0, path -> raise(failure));
    }

    /** One call takes effect and still reports a failure: its answer was lost. */
    public Fault failAfterEffect(Supplier<? extends IOException> failure) {
      return add(Timing.AFTER, 1, 0, path -> raise(failure));
    }

    /** One write writes only its first bytes, then fails. */
    public Fault writeOnly(int bytes) {
      if (operation != StorageOperation.WRITE) {
        throw new IllegalStateException("Only a WRITE can be short, not a " + operation);
      }
      return add(Timing.SHORT, 1, bytes, path -> raise(this::named));
    }

    /** One call runs a piece of the test first: to wait, to interleave, to crash. */
    public Fault runOnce(Intervention intervention) {
      return add(Timing.BEFORE, 1, 0, intervention);
    }

    private IOException named() {
      return new IOException("Injected failure of " + operation + " on " + paths);
    }

    private void raise(Supplier<? extends IOException> failure) throws IOException {
      throw failure.get();
    }

    private Fault add(Timing timing, long times, int keptBytes, Intervention intervention) {
      Fault fault = new Fault(operation, paths, nth, times, timing, keptBytes, intervention);
      faults.add(fault);
      return fault;
    }
  }

  /** A rule in force. */
  public static final class Fault {
    private final StorageOperation operation;
    private final PathPattern paths;
    private final long first;
    private final long times;
    private final Timing timing;
    private final int keptBytes;
    private final Intervention intervention;
    private final AtomicLong matched = new AtomicLong();
    private final AtomicLong fired = new AtomicLong();

    private Fault(
        StorageOperation operation,
        PathPattern paths,
        long first,
        long times,
        Timing timing,
        int keptBytes,
        Intervention intervention) {
      this.operation = operation;
      this.paths = paths;
      this.first = first;
      this.times = times;
      this.timing = timing;
      this.keptBytes = keptBytes;
      this.intervention = intervention;
    }

    /** How often the rule has struck: a test that proves nothing when the fault never came. */
    public long fired() {
      return fired.get();
    }

    private boolean matches(StorageOperation called, String path) {
      return called == operation && paths.matches(path);
    }

    private boolean due() {
      long call = matched.incrementAndGet();
      boolean due = call >= first && call - first < times;
      if (due) {
        fired.incrementAndGet();
      }
      return due;
    }
  }
}
