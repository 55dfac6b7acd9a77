package io.firn.engine.internal.wal;

import io.firn.error.FencedException;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of a log that is being written: the active one, sealed ones that are not synced yet,
 * and sealed ones whose operations are not in the table yet. The log's I/O lock guards all of it,
 * except the counts.
 */
final class LogSegments {

  private static final Logger LOG = LoggerFactory.getLogger(LogSegments.class);

  private final Storage storage;
  private final String directory;
  private final UUID table;
  private final WalOptions options;

  private @Nullable OpenSegment active;

  /** Sealed segments that are not synced yet. */
  private final List<OpenSegment> unsynced = new ArrayList<>();

  /** A segment has been begun whose name is not durable yet, and which the head does not name. */
  private boolean nameUnsynced;

  /** What the log's head says; null if it has none. */
  private @Nullable LogHead head;

  /** Sealed segments, of this process and of earlier ones, by number. */
  private final TreeMap<Long, Recovery.Segment> sealed = new TreeMap<>();

  private int schemaId;
  private long nextNumber;
  private volatile int count;
  private final LongAdder syncs = new LongAdder();

  LogSegments(Storage storage, String directory, UUID table, WalOptions options) {
    this.storage = storage;
    this.directory = directory;
    this.table = table;
    this.options = options;
    this.schemaId = options.schemaId();
  }

  /**
   * Takes over what a recovery found.
   *
   * @param files of the log, before the recovery
   */
  void recovered(List<Recovery.Segment> segments, LogFiles files) throws IOException {
    segments.forEach(segment -> sealed.put(segment.number(), segment));
    nextNumber = files.next(SegmentNames.list(storage, directory));
    head = files.head();
  }

  @Nullable OpenSegment active() {
    return active;
  }

  int schemaId() {
    return schemaId;
  }

  /** The last operation of a sealed segment, or -1 if it is gone. */
  long lastSequence(long number) {
    Recovery.Segment segment = sealed.get(number);
    return segment == null ? -1 : segment.lastSequence();
  }

  /**
   * Begins the next segment as the active one.
   *
   * @param last the last operation before it
   * @param durable the log is durable up to here
   */
  void begin(long last, long durable) throws IOException {
    if (head == null) {
      // Segments say that there is one, so that its loss is noticed too.
      writeHead(LogHead.NONE);
    }
    long number = nextNumber++;
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
          new SegmentHeader(table, number, last + 1, durable, schemaId, true, options.epoch());
      file.write(header.encode(), 0, SegmentHeader.BYTES);
    } catch (IOException | RuntimeException e) {
      closeQuietly(file);
      throw e;
    }
    active = new OpenSegment(number, path, file, last);
    nameUnsynced = true;
    count = sealed.size() + 1;
  }

  /** Seals the active segment, whose last operation is this, and begins the next. */
  void seal(long last, int nextSchemaId, long durable) throws IOException {
    OpenSegment old = active;
    schemaId = nextSchemaId;
    if (old != null) {
      sealed.put(old.number, new Recovery.Segment(old.number, old.path, last));
      unsynced.add(old);
      begin(last, durable);
    }
  }

  /**
   * Seals the active segment as it is and begins none: it may lack operations up to the last one,
   * which the table has to take instead.
   *
   * @return its number, -1 if there is no active segment
   */
  long abandon(long last, int nextSchemaId) {
    schemaId = nextSchemaId;
    OpenSegment old = active;
    if (old == null) {
      return -1;
    }
    active = null;
    sealed.put(old.number, new Recovery.Segment(old.number, old.path, last));
    if (!unsynced.contains(old)) {
      unsynced.add(old);
    }
    count = sealed.size();
    return old.number;
  }

  /**
   * Closes and deletes the active segment, in which no operation is that the table does not have.
   */
  void dropActive() {
    OpenSegment old = active;
    if (old != null) {
      active = null;
      unsynced.remove(old);
      closeQuietly(old.file);
      if (!isNamedAndEmpty(old.number, old.lastSequence)) {
        deleteQuietly(old.path);
      }
    }
  }

  /** Syncs every segment and name that is not: older segments first, so that no hole is left. */
  void syncAll() throws IOException {
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
    if (nameUnsynced) {
      storage.syncDirectory(directory);
      if (segment != null) {
        // Never before the segment is durable: a crash must not leave a head that names what it
        // took away.
        writeHead(new LogHead(segment.number, segment.firstSequence, segment.lastSequence));
      }
      nameUnsynced = false;
    }
  }

  private void writeHead(LogHead next) throws IOException {
    next.write(storage, directory, table);
    head = next;
  }

  /**
   * True for the newest segment that is known to be durable, if it holds nothing: without it the
   * log would look as if it had been lost. It stays until the next recovery, which ends with
   * another head. One that holds something may go once the table has that.
   */
  private boolean isNamedAndEmpty(long number, long lastSequence) {
    LogHead named = head;
    return named != null && named.number() == number && lastSequence < named.firstSequence();
  }

  /**
   * Forgets a sealed segment whose operations are in the table.
   *
   * @param durable the log is durable up to here
   * @return up to where it is durable now
   */
  long release(long number, long durable) {
    Recovery.Segment released = sealed.remove(number);
    count = sealed.size() + (active == null ? 0 : 1);
    long now = durable;
    for (OpenSegment segment : List.copyOf(unsynced)) {
      if (released != null && segment.number == number) {
        // It is not worth syncing any more: the table has it.
        unsynced.remove(segment);
        closeQuietly(segment.file);
        if (unsynced.isEmpty() || unsynced.get(0).number > number) {
          now = Math.max(now, released.lastSequence());
        }
      }
    }
    return now;
  }

  /** The file to be deleted once a sealed segment is released; null if there is none. */
  @Nullable String fileToDelete(long number) {
    Recovery.Segment segment = sealed.get(number);
    return segment == null || isNamedAndEmpty(number, segment.lastSequence())
        ? null
        : segment.path();
  }

  /** Closes every file. */
  void close() {
    unsynced.forEach(segment -> closeQuietly(segment.file));
    unsynced.clear();
    OpenSegment segment = active;
    if (segment != null) {
      closeQuietly(segment.file);
      active = null;
    }
  }

  /** How many segments there are; by any thread. */
  int count() {
    return count;
  }

  /** How many syncs there have been; by any thread. */
  long syncs() {
    return syncs.sum();
  }

  void deleteQuietly(String path) {
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
}
