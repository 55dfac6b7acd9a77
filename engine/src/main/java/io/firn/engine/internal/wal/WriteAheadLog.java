package io.firn.engine.internal.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.error.ClosedException;
import io.firn.error.EngineFailedException;
import io.firn.error.FencedException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.StorageException;
import io.firn.error.WriteStalledException;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceStats;
import io.firn.storage.Storage;
import io.firn.storage.StorageFull;
import java.io.IOException;
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
 * first error as its cause; a sync is never tried again. What was durable before stays. A full disk
 * is no failure for good, see {@link #full}.
 */
public final class WriteAheadLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WriteAheadLog.class);

  /** From this part of the buffer on the background writes it, so that it seldom gets full. */
  private static final int WRITE_AHEAD = 4;

  private final Storage storage;
  private final String directory;
  private final UUID table;
  private final WalOptions options;
  private final BackgroundSync syncer;
  private final LogBuffer buffer;
  private final DurabilityWaiters waiters = new DurabilityWaiters();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Held while files are written, synced, begun and closed. Before the buffer's lock. */
  private final ReentrantLock ioLock = new ReentrantLock();

  /** Used under the I/O lock. */
  private final LogSegments segments;

  /** Why the disk is full, while it is. Written under the I/O lock. */
  private volatile @Nullable Throwable full;

  @GuardedBy("ioLock")
  private boolean closed;

  /** Written under the I/O lock. */
  private volatile long durableSequence = -1;

  private final LongAdder bytes = new LongAdder();

  private WriteAheadLog(Storage storage, String directory, UUID table, WalOptions options) {
    this.storage = storage;
    this.directory = directory;
    this.table = table;
    this.options = options;
    this.segments = new LogSegments(storage, directory, table, options);
    this.buffer = new LogBuffer(directory);
    this.syncer =
        new BackgroundSync(options.environment(), options.syncInterval(), this::writeUnlessFull);
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
      LogFiles files = LogFiles.find(storage, directory, table);
      LogScanner scanner = new LogScanner(storage, directory, table, files, from, visitor);
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
      if (segments.active() != null || closed) {
        throw new InvalidArgumentException("The log in " + directory + " has been recovered");
      }
      LogFiles files = LogFiles.find(storage, directory, table);
      Recovery recovery =
          new LogRecovery(storage, directory, table, options, files).recover(from, visitor);
      segments.recovered(recovery.segments(), files);
      durableSequence = recovery.lastSequence();
      beginFirst();
      recovery.obsolete().forEach(segments::deleteQuietly);
      buffer.open(recovery.lastSequence());
      return recovery;
    } catch (IOException e) {
      throw new StorageException("Cannot recover the log in " + directory, e);
    } finally {
      ioLock.unlock();
    }
  }

  @GuardedBy("ioLock")
  private void beginFirst() {
    try {
      segments.begin(durableSequence, durableSequence);
      segments.syncAll();
    } catch (IOException | RuntimeException | Error e) {
      throw failForGood(e);
    }
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
   * @throws WriteStalledException if the disk is full; nothing has changed. If it turns out to be
   *     full now, the batch has its numbers and this returns: see {@link #full}
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
    Throwable reason = full;
    if (reason != null) {
      throw new WriteStalledException("The disk of the log in " + directory + " is full", reason);
    }
    long last = buffer.append(batch, room, durableSequence);
    int gathered = buffer.length();
    if (gathered >= options.bufferBytes()) {
      writeUnlessFull(LogSync.NEVER);
    } else if (gathered >= options.bufferBytes() / WRITE_AHEAD) {
      syncer.writeNow();
    }
    if (sync != LogSync.NOW) {
      syncer.appended(sync);
    }
    return last;
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
            checkRoom();
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits until a sealed segment is durable. While the disk is full it returns at once: the table
   * takes what the log could not.
   */
  public void ensureDurable(long segment) {
    long last = -1;
    ioLock.lock();
    try {
      if (full == null) {
        last = segments.lastSequence(segment);
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

  /** A full disk is for those to hear who wait for durability, and for the next to append. */
  private void writeUnlessFull(LogSync sync) {
    ioLock.lock();
    try {
      if (full == null) {
        writeLocked(sync);
      }
    } catch (StorageException e) {
      if (full == null) {
        throw e;
      }
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
  }

  /** Writes what has gathered to the active segment; with {@link LogSync#NOW} syncs everything. */
  @GuardedBy("ioLock")
  private void writeLocked(LogSync sync) {
    checkFailure();
    checkRoom();
    OpenSegment segment = segments.active();
    if (segment == null) {
      throw new ClosedException("The log in " + directory + " is closed");
    }
    try {
      long last = writeGathered(segment);
      if (sync == LogSync.NOW && durableSequence < last) {
        segments.syncAll();
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
      buffer.giveBack(gathered, 2L * options.bufferBytes());
    }
    return gathered.lastSequence();
  }

  /** Seals the active segment and begins the next, under the schema of the last one. */
  public long rotate() {
    ioLock.lock();
    try {
      return rotate(segments.schemaId());
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
  }

  /**
   * Seals the active segment and begins the next. Everything appended before is in the old one,
   * everything that is appended after this has returned in the new one; what is appended beside it
   * goes to one of them, so whoever pairs segments with memtables keeps writers out. Nothing is
   * synced here: the next sync covers the old segment first. If the disk is full, no segment
   * follows until {@link #resume}.
   *
   * @param nextSchemaId the schema of the rows to come
   * @return the number of the sealed segment
   */
  public long rotate(int nextSchemaId) {
    ioLock.lock();
    try {
      checkFailure();
      OpenSegment old = segments.active();
      if (old == null && full == null) {
        throw new ClosedException("The log in " + directory + " is closed");
      }
      if (old != null && full == null && seal(old, nextSchemaId)) {
        return old.number;
      }
      return segments.abandon(buffer.discard(), nextSchemaId);
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
  }

  /** False if the disk is full. */
  @GuardedBy("ioLock")
  private boolean seal(OpenSegment old, int nextSchemaId) {
    try {
      segments.seal(writeGathered(old), nextSchemaId, durableSequence);
      return true;
    } catch (IOException | RuntimeException | Error e) {
      RuntimeException failed = fail(e);
      if (full == null) {
        throw failed;
      }
      return false;
    }
  }

  /**
   * True while the disk is full. Nothing is appended then, and what was appended and is not durable
   * has to be flushed to the table: once all of it is there, {@link #resume} begins a new segment.
   * The one that could not be written, or synced, is never touched again.
   */
  public boolean full() {
    return full != null;
  }

  /**
   * Goes on after the disk was full, if every operation is in the table and there is room again.
   *
   * @return false if not
   */
  public boolean resume() {
    ioLock.lock();
    try {
      checkFailure();
      if (full == null) {
        return true;
      }
      if (closed || durableSequence < lastSequence()) {
        return false;
      }
      long dropped = buffer.discard();
      segments.dropActive();
      try {
        segments.begin(dropped, durableSequence);
        segments.syncAll();
      } catch (IOException | RuntimeException | Error e) {
        segments.dropActive();
        if (StorageFull.caused(e)) {
          return false;
        }
        throw failForGood(e);
      }
      full = null;
      LOG.info("The log in {} goes on: its disk has room again", directory);
      return true;
    } finally {
      ioLock.unlock();
    }
  }

  /**
   * Deletes a sealed segment whose operations are in the table, durably. Does nothing if it is
   * gone. If the file cannot be deleted it stays until the next recovery, which ignores it.
   */
  public void release(long number) {
    String path;
    ioLock.lock();
    try {
      path = segments.fileToDelete(number);
      durableSequence = segments.release(number, durableSequence);
    } finally {
      ioLock.unlock();
      waiters.wakeAll();
    }
    if (path != null) {
      segments.deleteQuietly(path);
    }
  }

  @GuardedBy("ioLock")
  private RuntimeException fail(Throwable error) {
    if (failure.get() == null && StorageFull.caused(error)) {
      if (full == null) {
        full = error;
        LOG.warn("The disk of the log in {} is full; writes are refused", directory, error);
      }
      return noRoom(error);
    }
    return failForGood(error);
  }

  private StorageException noRoom(Throwable reason) {
    return new StorageException(
        "The log in " + directory + " could not be made durable: its disk is full", reason);
  }

  /** Tells whoever waits for durability that it cannot be had now. */
  private void checkRoom() {
    Throwable reason = full;
    if (reason != null) {
      throw noRoom(reason);
    }
  }

  private RuntimeException failForGood(Throwable error) {
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
        buffer.batches(),
        buffer.operations(),
        bytes.sum(),
        segments.syncs(),
        segments.count(),
        lastSequence(),
        durableSequence);
  }

  /** The health of the background sync, and of the disk. */
  public ServiceHealth health() {
    ServiceHealth health = syncer.health();
    String problem = "The disk of the log in " + directory + " is full";
    return full == null ? health : health.and(ServiceHealth.unhealthy(problem));
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
    if (durableSequence < lastSequence()) {
      checkRoom();
    }
  }

  @GuardedBy("ioLock")
  private void closeLocked() {
    closed = true;
    buffer.close();
    try {
      if (segments.active() != null && failure.get() == null && full == null) {
        writeLocked(LogSync.NOW);
      }
    } finally {
      segments.close();
    }
  }
}
