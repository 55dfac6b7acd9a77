package io.firn.engine.internal.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.error.ClosedException;
import io.firn.error.EngineFailedException;
import io.firn.error.FencedException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.StorageException;
import io.firn.service.BackgroundService;
import io.firn.service.RetryPolicy;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceStats;
import io.firn.service.WorkOutcome;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a table's writes, in numbered segments of a directory of its own. It gives every
 * operation its sequence number, one after the other without a gap.
 *
 * <p><b>Order of use.</b> {@link #open}, {@link #recover} once, then writes, {@link #close}. A new
 * segment is begun by each recovery and each {@link #rotate}; {@link #release} deletes a segment
 * whose operations are in the table.
 *
 * <p><b>Threads.</b> Safe for use by many. A batch is encoded into a shared buffer under a short
 * lock. Whoever finds the file free becomes the leader: it writes what has gathered and syncs once
 * for everybody; the others wait for it. No wait can be interrupted, and an interrupt harms no
 * file.
 *
 * <p><b>What survives.</b> After {@link #awaitDurable} everything up to that sequence number
 * survives the process, the operating system and a power cut. Otherwise a prefix survives: all but
 * the last interval of batches appended with {@link LogSync#SOON}.
 *
 * <p><b>Failure.</b> After a failed write or sync the log is failed for good. The thread that met
 * it gets a {@link StorageException}, everybody after it an {@link EngineFailedException} with the
 * first error as its cause; a sync is never tried again. What was durable before stays.
 */
public final class WriteAheadLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WriteAheadLog.class);

  private static final String SYNC = "sync";

  private final Storage storage;
  private final String directory;
  private final UUID table;
  private final WalOptions options;
  private final BackgroundService syncer;
  private final LogBuffer buffer;
  private final DurabilityWaiters waiters = new DurabilityWaiters();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Held while files are written, synced, begun and closed. Before the buffer's lock. */
  private final ReentrantLock ioLock = new ReentrantLock();

  @GuardedBy("ioLock")
  private @Nullable OpenSegment active;

  /** Sealed segments that are not synced yet. */
  @GuardedBy("ioLock")
  private final List<OpenSegment> unsynced = new ArrayList<>();

  /** A segment has been begun whose name is not durable yet. */
  @GuardedBy("ioLock")
  private boolean directoryUnsynced;

  /** Sealed segments, of this process and of earlier ones, by number. */
  @GuardedBy("ioLock")
  private final TreeMap<Long, Recovery.Segment> sealed = new TreeMap<>();

  @GuardedBy("ioLock")
  private int schemaId;

  @GuardedBy("ioLock")
  private boolean closed;

  /** Written under the I/O lock. */
  private volatile long durableSequence = -1;

  private volatile boolean syncWanted;
  private volatile boolean syncScheduled;
  private volatile int segmentCount;
  private final LongAdder batches = new LongAdder();
  private final LongAdder operations = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder syncs = new LongAdder();

  private WriteAheadLog(Storage storage, String directory, UUID table, WalOptions options) {
    this.storage = storage;
    this.directory = directory;
    this.table = table;
    this.options = options;
    this.schemaId = options.schemaId();
    this.buffer = new LogBuffer(directory);
    Duration never = Duration.ofDays(1);
    this.syncer =
        new BackgroundService(
            ServiceOptions.named("wal-sync")
                .in(options.environment())
                .withRetry(new RetryPolicy(never, never, 1, error -> true)));
  }

  /**
   * Opens the log in a directory, which is created if need be. Nothing is read before {@link
   * #recover}.
   *
   * @param table the table the log belongs to; a log of another one is refused
   */
  public static WriteAheadLog open(
      Storage storage, String directory, UUID table, WalOptions options) {
    try {
      storage.createDirectories(directory);
    } catch (IOException e) {
      throw new StorageException("Cannot create the log directory " + directory, e);
    }
    WriteAheadLog log = new WriteAheadLog(storage, directory, table, options);
    log.syncer.start();
    return log;
  }

  /**
   * Reads a log without changing anything, for one who does not hold the table. The owner may be
   * writing beside it: what is not readable yet at the end is left out.
   *
   * @param from the first sequence number wanted
   * @return the last sequence number read, or {@code from - 1}
   * @throws io.firn.error.CorruptionException if it is damaged before its end
   */
  public static long read(
      Storage storage, String directory, UUID table, long from, LogVisitor visitor) {
    try {
      LogScanner scanner =
          new LogScanner(storage, table, SegmentNames.list(storage, directory), from, visitor);
      scanner.scan();
      LogScanner.Break broken = scanner.broken();
      if (broken != null && broken.damage() != null) {
        throw new io.firn.error.CorruptionException(
            broken.path(), broken.offset(), broken.damage());
      }
      return scanner.covered();
    } catch (IOException e) {
      throw new StorageException("Cannot read the log in " + directory, e);
    }
  }

  /**
   * Replays the log and begins a new segment; writes are accepted afterwards. The segments replayed
   * are known by their numbers from now on, to be released.
   *
   * @param from the first sequence number that is not in the table
   * @throws io.firn.error.CorruptionException if an operation from there on is missing or damaged
   *     that had been durable; names the file and the place. Nothing has changed
   */
  public Recovery recover(long from, LogVisitor visitor) {
    ioLock.lock();
    try {
      if (active != null || closed) {
        throw new InvalidArgumentException("The log in " + directory + " has been recovered");
      }
      NavigableMap<Long, String> paths = SegmentNames.list(storage, directory);
      Recovery recovery =
          new LogRecovery(storage, directory, table, options, paths).recover(from, visitor);
      recovery.segments().forEach(segment -> sealed.put(segment.number(), segment));
      NavigableMap<Long, String> left = SegmentNames.list(storage, directory);
      durableSequence = recovery.lastSequence();
      beginFirst(left.isEmpty() ? 1 : left.lastKey() + 1);
      recovery.obsolete().forEach(this::deleteQuietly);
      buffer.open(recovery.lastSequence());
      return recovery;
    } catch (IOException e) {
      throw new StorageException("Cannot recover the log in " + directory, e);
    } finally {
      ioLock.unlock();
    }
  }

  @GuardedBy("ioLock")
  private void beginFirst(long number) {
    try {
      active = begin(number, durableSequence);
      syncAll();
    } catch (IOException | RuntimeException | Error e) {
      throw fail(e);
    }
  }

  @GuardedBy("ioLock")
  private OpenSegment begin(long number, long last) throws IOException {
    String path = SegmentNames.path(directory, number);
    OutputFileHandle file;
    try {
      file = storage.create(path);
    } catch (FileAlreadyExistsException e) {
      throw new FencedException(
          path + " exists: another process writes this log. Close this table", e);
    }
    try {
      SegmentHeader header =
          new SegmentHeader(table, number, last + 1, durableSequence, schemaId, options.epoch());
      file.write(header.encode(), 0, SegmentHeader.BYTES);
    } catch (IOException | RuntimeException e) {
      closeQuietly(file);
      throw e;
    }
    directoryUnsynced = true;
    segmentCount = sealed.size() + 1;
    return new OpenSegment(number, path, file, last);
  }

  /** Appends a batch that the log syncs by itself within its interval. */
  public long append(LogBatch batch) {
    return append(batch, LogSync.SOON);
  }

  /**
   * Appends a batch, which is replayed whole or not at all. Returns when it is in the buffer, or,
   * when the buffer is full, in the file.
   *
   * @return the sequence number of its last operation; the first one's is smaller by the size minus
   *     1
   * @throws InvalidArgumentException if the batch is too large; nothing has changed
   */
  public long append(LogBatch batch, LogSync sync) {
    int size = batch.size();
    long room = LogRecord.bytesMax(batch);
    if (size == 0 || room > options.recordBytesMax()) {
      throw new InvalidArgumentException(
          size == 0
              ? "A batch needs an operation"
              : "A batch of " + room + " bytes exceeds the limit of " + options.recordBytesMax());
    }
    checkFailure();
    long last = buffer.append(batch, room, durableSequence);
    batches.increment();
    operations.add(size);
    if (buffer.length() >= options.bufferBytes()) {
      write(LogSync.NEVER);
    }
    if (sync != LogSync.NOW) {
      schedule(sync);
    }
    return last;
  }

  private void schedule(LogSync sync) {
    if (sync == LogSync.SOON) {
      syncWanted = true;
    }
    if (!syncScheduled) {
      syncScheduled = true;
      syncer.offerAfter(options.syncInterval(), SYNC, context -> runScheduled());
    }
    syncer.runInline();
  }

  private WorkOutcome runScheduled() {
    // Cleared before the buffer is taken: a batch appended from here on schedules anew.
    syncScheduled = false;
    boolean sync = syncWanted;
    syncWanted = false;
    write(sync ? LogSync.NOW : LogSync.NEVER);
    return WorkOutcome.DONE;
  }

  /**
   * Waits until everything up to a sequence number is durable, syncing if nobody else does.
   *
   * @throws EngineFailedException if the log failed before; a {@link StorageException} if it does
   *     now. Whether the operations survive is then open
   */
  public void awaitDurable(long sequence) {
    boolean interrupted = false;
    try {
      while (durableSequence < sequence) {
        if (sequence > lastSequence()) {
          throw new InvalidArgumentException(
              "Operation " + sequence + " has not been appended, only up to " + lastSequence());
        }
        if (ioLock.tryLock()) {
          try {
            if (durableSequence < sequence) {
              writeLocked(LogSync.NOW);
            }
          } finally {
            ioLock.unlock();
            waiters.wakeAll();
          }
        } else {
          waiters.register();
          if (durableSequence < sequence && ioLock.isLocked()) {
            interrupted |= waiters.park();
          }
          waiters.unregister();
          if (durableSequence < sequence) {
            checkFailure();
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until a sealed segment is durable. */
  public void ensureDurable(long segment) {
    long last = -1;
    ioLock.lock();
    try {
      Recovery.Segment of = sealed.get(segment);
      if (of != null) {
        last = of.lastSequence();
      }
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
    awaitDurable(last);
  }

  /** Makes everything appended so far durable. */
  public void sync() {
    awaitDurable(lastSequence());
  }

  private void write(LogSync sync) {
    ioLock.lock();
    try {
      writeLocked(sync);
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
  }

  /** Writes what has gathered to the active segment; with {@link LogSync#NOW} syncs everything. */
  @GuardedBy("ioLock")
  private void writeLocked(LogSync sync) {
    checkFailure();
    OpenSegment segment = active;
    if (segment == null) {
      throw new ClosedException("The log in " + directory + " is closed");
    }
    try {
      long last = writeGathered(segment);
      if (sync == LogSync.NOW && durableSequence < last) {
        syncAll();
        durableSequence = last;
      }
    } catch (IOException | RuntimeException | Error e) {
      throw fail(e);
    }
  }

  @GuardedBy("ioLock")
  private long writeGathered(OpenSegment segment) throws IOException {
    LogBuffer.Gathered gathered = buffer.take();
    if (gathered.length() > 0) {
      segment.file.write(gathered.bytes(), 0, gathered.length());
      segment.lastSequence = gathered.lastSequence();
      bytes.add(gathered.length());
      buffer.giveBack(gathered, 4L * options.bufferBytes());
    }
    return gathered.lastSequence();
  }

  /** Syncs every segment and name that is not: older segments first, so that no hole is left. */
  @GuardedBy("ioLock")
  private void syncAll() throws IOException {
    while (!unsynced.isEmpty()) {
      OpenSegment oldest = unsynced.get(0);
      oldest.file.sync();
      syncs.increment();
      oldest.file.close();
      unsynced.remove(0);
    }
    OpenSegment segment = active;
    if (segment != null) {
      segment.file.sync();
      syncs.increment();
    }
    if (directoryUnsynced) {
      storage.syncDirectory(directory);
      directoryUnsynced = false;
    }
  }

  /** Seals the active segment and begins the next, under the schema of the last one. */
  public long rotate() {
    ioLock.lock();
    try {
      return rotate(schemaId);
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
  }

  /**
   * Seals the active segment and begins the next. Everything appended before is in the old one,
   * everything that is appended after this has returned in the new one; what is appended beside it
   * goes to one of them, so whoever pairs segments with memtables keeps writers out. Nothing is
   * synced here: the next sync covers the old segment first.
   *
   * @param nextSchemaId the schema of the rows to come
   * @return the number of the sealed segment
   */
  public long rotate(int nextSchemaId) {
    ioLock.lock();
    try {
      checkFailure();
      OpenSegment old = active;
      if (old == null) {
        throw new ClosedException("The log in " + directory + " is closed");
      }
      schemaId = nextSchemaId;
      seal(old);
      return old.number;
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
  }

  @GuardedBy("ioLock")
  private void seal(OpenSegment old) {
    try {
      long last = writeGathered(old);
      sealed.put(old.number, new Recovery.Segment(old.number, old.path, last));
      unsynced.add(old);
      active = begin(old.number + 1, last);
    } catch (IOException | RuntimeException | Error e) {
      throw fail(e);
    }
  }

  /**
   * Deletes a sealed segment whose operations are in the table, durably. Does nothing if it is
   * gone. If the file cannot be deleted it stays until the next recovery, which ignores it.
   */
  public void release(long number) {
    Recovery.Segment released;
    ioLock.lock();
    try {
      released = sealed.remove(number);
      if (released == null) {
        return;
      }
      segmentCount = sealed.size() + (active == null ? 0 : 1);
      for (OpenSegment segment : List.copyOf(unsynced)) {
        if (segment.number == number) {
          // It is not worth syncing any more: the table has it.
          unsynced.remove(segment);
          closeQuietly(segment.file);
          if (unsynced.isEmpty() || unsynced.get(0).number > number) {
            durableSequence = Math.max(durableSequence, released.lastSequence());
          }
        }
      }
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
    deleteQuietly(released.path());
  }

  private void deleteQuietly(String path) {
    try {
      storage.delete(path);
    } catch (NoSuchFileException gone) {
      LOG.debug("{} is gone already", path);
    } catch (IOException e) {
      LOG.warn("The log segment {} could not be deleted; it stays until the next open", path, e);
    }
  }

  private static void closeQuietly(OutputFileHandle file) {
    try {
      file.close();
    } catch (IOException e) {
      LOG.debug("A file whose content does not matter any more did not close", e);
    }
  }

  private RuntimeException fail(Throwable error) {
    if (error instanceof ClosedException || error instanceof EngineFailedException) {
      return (RuntimeException) error;
    }
    if (failure.compareAndSet(null, error)) {
      LOG.error("The log in {} failed and accepts nothing more", directory, error);
    }
    if (error instanceof FencedException fenced) {
      return fenced;
    }
    return error instanceof IOException
        ? new StorageException("Writing the log in " + directory + " failed", error)
        : failed(error);
  }

  private EngineFailedException failed(Throwable first) {
    return new EngineFailedException(
        "The log in " + directory + " has failed; reopen the table. First error: " + first, first);
  }

  private void checkFailure() {
    Throwable first = failure.get();
    if (first != null) {
      throw failed(first);
    }
  }

  /** The last sequence number given out. */
  public long lastSequence() {
    return buffer.lastSequence();
  }

  /** Everything up to here is durable. */
  public long durableSequence() {
    return durableSequence;
  }

  /** The figures now. */
  public WalStats stats() {
    return new WalStats(
        batches.sum(),
        operations.sum(),
        bytes.sum(),
        syncs.sum(),
        segmentCount,
        lastSequence(),
        durableSequence);
  }

  /** The health of the background sync. */
  public ServiceHealth health() {
    return syncer.health();
  }

  /** The figures of the background sync. */
  public ServiceStats syncStats() {
    return syncer.stats();
  }

  /**
   * Makes everything durable and closes the files. Closing again repeats the outcome.
   *
   * @throws EngineFailedException if the log failed
   */
  @Override
  public void close() {
    syncer.stop();
    ioLock.lock();
    try {
      closeLocked();
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
    checkFailure();
  }

  @GuardedBy("ioLock")
  private void closeLocked() {
    closed = true;
    buffer.close();
    try {
      if (active != null && failure.get() == null) {
        writeLocked(LogSync.NOW);
      }
    } finally {
      unsynced.forEach(segment -> closeQuietly(segment.file));
      unsynced.clear();
      OpenSegment segment = active;
      if (segment != null) {
        closeQuietly(segment.file);
        active = null;
      }
    }
  }
}
