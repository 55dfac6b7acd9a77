package io.firn.engine.internal.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.error.ClosedException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Where batches gather before they are written, and where they get their sequence numbers. Its lock
 * is the last of all: nothing else is locked, and no I/O is done, while it is held.
 */
final class LogBuffer {

  /** What has gathered. */
  static final class Gathered {
    private final byte[] bytes;
    private final int length;
    private final long lastSequence;

    private Gathered(byte[] bytes, int length, long lastSequence) {
      this.bytes = bytes;
      this.length = length;
      this.lastSequence = lastSequence;
    }

    byte[] bytes() {
      return bytes;
    }

    int length() {
      return length;
    }

    /** The last operation given a number so far; all up to it are in here or written before. */
    long lastSequence() {
      return lastSequence;
    }
  }

  private static final int BYTES_FIRST = 1 << 16;

  private final String directory;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final CRC32C crc = new CRC32C();

  @GuardedBy("lock")
  private byte[] pending = new byte[BYTES_FIRST];

  @GuardedBy("lock")
  private byte @Nullable [] spare;

  /** Where the record begins that batches may still join, or -1. */
  @GuardedBy("lock")
  private int record = -1;

  /** How many operations it has, and where they begin, right behind their number. */
  @GuardedBy("lock")
  private int operations;

  @GuardedBy("lock")
  private int operationsAt;

  @GuardedBy("lock")
  private @Nullable String refusal;

  // Written under the lock, and with release only: every write would feel a fence for each of them.
  private final AtomicInteger length = new AtomicInteger();
  private final AtomicLong lastSequence = new AtomicLong(-1);
  private final AtomicLong batches = new AtomicLong();
  private final AtomicLong operationsAppended = new AtomicLong();

  LogBuffer(String directory) {
    this.directory = directory;
    this.refusal = "The log in " + directory + " has not been recovered";
  }

  /** Accepts batches from now on; the first operation follows this one. */
  void open(long last) {
    lock.lock();
    try {
      lastSequence.setRelease(last);
      refusal = null;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses batches from now on. */
  void close() {
    lock.lock();
    try {
      refusal = "The log in " + directory + " is closed";
    } finally {
      lock.unlock();
    }
  }

  long lastSequence() {
    return lastSequence.getAcquire();
  }

  /** How many bytes have gathered. */
  int length() {
    return length.getAcquire();
  }

  /** How many batches have been appended. */
  long batches() {
    return batches.getAcquire();
  }

  /** How many operations they had. */
  long operations() {
    return operationsAppended.getAcquire();
  }

  /**
   * Encodes a batch, into the record of those before it while that is small: the head of a record
   * costs more than the rows of small batches.
   *
   * @param room no more than this is needed
   * @param durableSequence a sequence number up to which the log is durable
   * @return the sequence number of its last operation
   */
  long append(LogBatch batch, long room, long durableSequence) {
    lock.lock();
    try {
      if (refusal != null) {
        throw new ClosedException(refusal);
      }
      int end = length.getPlain();
      if (end + room > pending.length) {
        long wanted = Math.max(end + room, Math.min(2L * pending.length, 1L << 30));
        pending = Arrays.copyOf(pending, Math.toIntExact(wanted));
      }
      int size = batch.size();
      long before = lastSequence.getPlain();
      if (record >= 0 && LogRecord.isGroup(operations + size, end - record + room)) {
        operations += size;
      } else {
        seal();
        record = end;
        operations = size;
        operationsAt = LogRecord.begin(before + 1, before - durableSequence, size, pending, end);
        end = operationsAt;
      }
      length.setRelease(LogRecord.append(batch, pending, end));
      batches.setRelease(batches.getPlain() + 1);
      operationsAppended.setRelease(operationsAppended.getPlain() + size);
      long last = before + size;
      lastSequence.setRelease(last);
      return last;
    } finally {
      lock.unlock();
    }
  }

  /** Completes the record that further batches could have joined. */
  @GuardedBy("lock")
  private void seal() {
    if (record >= 0) {
      if (LogRecord.isGroup(operations, 0)) {
        pending[operationsAt - 1] = (byte) operations;
      }
      LogRecord.seal(pending, record, length.getPlain(), crc);
      record = -1;
    }
  }

  /** Takes what has gathered. Its array comes back with {@link #giveBack}. */
  Gathered take() {
    lock.lock();
    try {
      seal();
      Gathered gathered = new Gathered(pending, length.getPlain(), lastSequence.getPlain());
      if (gathered.length > 0) {
        pending = spare == null ? new byte[BYTES_FIRST] : spare;
        spare = null;
        length.setRelease(0);
      }
      return gathered;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what has gathered; returns the last operation given a number. */
  long discard() {
    lock.lock();
    try {
      record = -1;
      length.setRelease(0);
      return lastSequence.getPlain();
    } finally {
      lock.unlock();
    }
  }

  /** Takes an array back for reuse, unless it has grown beyond what is usual. */
  void giveBack(Gathered gathered, long usualBytes) {
    lock.lock();
    try {
      if (gathered.length > 0 && gathered.bytes.length <= usualBytes) {
        spare = gathered.bytes;
      }
    } finally {
      lock.unlock();
    }
  }
}
