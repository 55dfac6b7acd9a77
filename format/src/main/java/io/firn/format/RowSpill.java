package io.firn.format;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StorageFull;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that memory had no room for, on local disk: the second tier of the page cache. A row that a
 * data file has in a page of each column lies in one place here.
 *
 * <p>It is a ring of segments that are written from start to end. When there are as many as it may
 * have, or the disk has little room left, the oldest goes, whatever is in it. Nothing is ever
 * synced, because nothing is lost with it: every row is in a data file as well. For the same reason
 * the first error of storage other than a full disk, or the first row that is not what was written,
 * ends it for good: its files are deleted and rows are read from data files again.
 *
 * <p>Safe for use by several threads. A directory belongs to one spill at a time. Closing deletes
 * what it has written. What a process left that died means nothing: the next spill of the directory
 * deletes it little by little as it writes, the rest when it is closed.
 */
public final class RowSpill implements AutoCloseable {

  /** The least that it can be given. */
  public static final long BYTES_MIN = 1 << 20;

  /** Where something is that is nowhere. */
  static final long NOWHERE = 0;

  private static final Logger LOG = LoggerFactory.getLogger(RowSpill.class);

  private static final String SUFFIX = ".rows";
  private static final int NUMBER_DIGITS_MAX = 9;
  private static final int SEGMENT_BYTES_MAX = 64 << 20;
  private static final int SEGMENTS_MIN = 8;

  /** A segment is begun if the spill then has no more than this part of what others leave free. */
  private static final int DISK_PART = 4;

  /** A segment is mapped once it has been read once for so many of its bytes. */
  private static final int BYTES_PER_READ = 16 << 10;

  /** Blocks that may wait to be written; more are forgotten. */
  private static final int PENDING_MAX = 64;

  private final Storage storage;
  private final String directory;
  private final int segmentBytes;
  private final AtomicInteger owners = new AtomicInteger();
  private final BlockingQueue<Pending> pending = new ArrayBlockingQueue<>(PENDING_MAX);

  /** By number modulo its length. Written under the lock of this object. */
  private final AtomicReferenceArray<@Nullable SpillSegment> segments;

  @GuardedBy("this")
  private @Nullable SpillSegment current;

  /** The number of the oldest segment that is still there, and of the one begun last. */
  @GuardedBy("this")
  private int oldest = 1;

  @GuardedBy("this")
  private int newest;

  /** Files of a process that has died. */
  @GuardedBy("this")
  private final Deque<String> leftovers = new ArrayDeque<>();

  /** Of all segments. Changed under the lock of this object, read by anybody. */
  private final AtomicLong bytesHeld = new AtomicLong();

  private volatile boolean ended;

  private RowSpill(Storage storage, String directory, long bytesMax) {
    this.storage = storage;
    this.directory = directory;
    this.segmentBytes = (int) Math.min(SEGMENT_BYTES_MAX, bytesMax / SEGMENTS_MIN);
    this.segments = new AtomicReferenceArray<>(Math.toIntExact(bytesMax / segmentBytes));
  }

  private record Pending(SpilledRows owner, int block, RowBlock rows) {}

  /**
   * Deletes what a process that died has left in the directory.
   *
   * @throws IOException if it cannot be listed, or a file not deleted
   */
  public static void clear(Storage storage, String directory) throws IOException {
    for (String path : segmentFiles(storage, directory)) {
      storage.delete(path);
    }
  }

  private static List<String> segmentFiles(Storage storage, String directory) throws IOException {
    List<String> paths = new ArrayList<>();
    for (Storage.FileStatus file : storage.list(directory)) {
      if (file.path().endsWith(SUFFIX)) {
        paths.add(file.path());
      }
    }
    return paths;
  }

  /**
   * An empty spill. Its directory is created when there is something to be written.
   *
   * @param directory of its own
   * @param bytesMax how many bytes its files may have together, at least {@link #BYTES_MIN}
   * @throws IOException if the directory cannot be listed
   */
  public static RowSpill open(Storage storage, String directory, long bytesMax) throws IOException {
    if (bytesMax < BYTES_MIN) {
      throw new IllegalArgumentException("At least " + BYTES_MIN + " bytes, not " + bytesMax);
    }
    RowSpill spill = new RowSpill(storage, directory, bytesMax);
    spill.inherit(segmentFiles(storage, directory));
    return spill;
  }

  private synchronized void inherit(List<String> paths) {
    for (String path : paths) {
      leftovers.add(path);
      newest = Math.max(newest, numberOf(path));
    }
    oldest = newest + 1;
  }

  /** The number of a segment's file, or 0 if it has another name or one that no spill comes to. */
  private static int numberOf(String path) {
    String name = StoragePaths.name(path);
    String number = name.substring(0, name.length() - SUFFIX.length());
    try {
      return number.length() > NUMBER_DIGITS_MAX ? 0 : Integer.parseInt(number);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** A number that tells the rows of one owner from those of all others. */
  int newOwner() {
    return owners.incrementAndGet();
  }

  /** Hands over a block that has left memory. Does no I/O: the caller may hold locks. */
  void offer(SpilledRows owner, int block, RowBlock rows) {
    if (!ended) {
      var unused = pending.offer(new Pending(owner, block, rows));
    }
  }

  /** Writes the blocks that were handed over. */
  void writePending() {
    for (Pending next = pending.poll(); next != null; next = pending.poll()) {
      next.owner.write(next.block, next.rows);
    }
  }

  /**
   * Appends the first bytes of an array.
   *
   * @return where they are, or {@link #NOWHERE}
   */
  synchronized long append(byte[] bytes, int length) {
    if (ended || length > segmentBytes) {
      return NOWHERE;
    }
    try {
      dropLeftover();
      SpillSegment target = current;
      if (target == null || target.length() + length > segmentBytes) {
        target = next();
      }
      if (target == null) {
        return NOWHERE;
      }
      long place = (long) target.number() << Integer.SIZE | target.length();
      target.append(bytes, length);
      bytesHeld.addAndGet(length);
      return place;
    } catch (IOException e) {
      if (StorageFull.caused(e)) {
        makeRoom();
      } else {
        end("it cannot be written", e);
      }
      return NOWHERE;
    }
  }

  /** Begins a segment; null if the disk has no room for it. */
  @GuardedBy("this")
  private @Nullable SpillSegment next() throws IOException {
    SpillSegment last = current;
    current = null;
    if (last != null) {
      last.finish();
    }
    storage.createDirectories(directory);
    while (newest - oldest + 1 == segments.length() || !diskHasRoom()) {
      if (!dropLeftover()) {
        if (oldest > newest) {
          return null;
        }
        dropOldest();
      }
    }
    int number = Math.addExact(newest, 1);
    String path = StoragePaths.join(directory, number + SUFFIX);
    OutputFileHandle output = storage.create(path);
    try {
      SpillSegment created =
          new SpillSegment(number, output, storage.open(path), segmentBytes / BYTES_PER_READ);
      segments.set(number % segments.length(), created);
      newest = number;
      current = created;
      return created;
    } catch (IOException e) {
      output.close();
      storage.delete(path);
      throw e;
    }
  }

  private boolean diskHasRoom() throws IOException {
    long held = bytesHeld.get();
    long leftByOthers = Math.min(storage.freeBytes(directory), Long.MAX_VALUE - held) + held;
    return held + segmentBytes <= leftByOthers / DISK_PART;
  }

  /** Deletes one of the files of a process that has died; false if there is none. */
  @CanIgnoreReturnValue
  @GuardedBy("this")
  private boolean dropLeftover() throws IOException {
    String path = leftovers.poll();
    if (path != null) {
      storage.delete(path);
    }
    return path != null;
  }

  @GuardedBy("this")
  private void dropOldest() throws IOException {
    SpillSegment dropped = segments.getAndSet(oldest % segments.length(), null);
    oldest++;
    if (dropped != null) {
      dropped.close();
      storage.delete(dropped.path());
      bytesHeld.addAndGet(-dropped.length());
    }
  }

  /** The bytes of all its files. Waits for nobody. */
  long bytes() {
    return bytesHeld.get();
  }

  /** Whether what was written at a place may still be there. */
  boolean has(long place) {
    return segment(place) != null;
  }

  private @Nullable SpillSegment segment(long place) {
    int number = (int) (place >>> Integer.SIZE);
    SpillSegment segment = segments.get(number % segments.length());
    return segment != null && segment.number() == number ? segment : null;
  }

  /**
   * Reads bytes.
   *
   * @param offset from the place on
   * @return null if they are not there any more
   */
  byte @Nullable [] read(long place, int offset, int length) {
    SpillSegment segment = segment(place);
    if (segment == null) {
      return null;
    }
    if (segment.isWorthMapping()) {
      map(place);
    }
    byte[] bytes = new byte[length];
    try {
      segment.read((int) place + (long) offset, bytes);
      return bytes;
    } catch (IOException e) {
      // A segment may be closed while it is read.
      if (has(place)) {
        end("it cannot be read", e);
      }
      return null;
    }
  }

  private synchronized void map(long place) {
    SpillSegment segment = segment(place);
    if (segment != null && segment.isWorthMapping()) {
      segment.map(storage);
    }
  }

  /** Ends the spill for good. */
  void end(String why, @Nullable Exception cause) {
    if (!ended) {
      LOG.warn("{} keeps no more rows: {}", directory, why, cause);
      close();
    }
  }

  /**
   * Gives up all rows, because somebody else needs the disk. Rows that leave memory later are kept
   * again as soon as there is room.
   */
  public synchronized void makeRoom() {
    if (oldest <= newest || !leftovers.isEmpty()) {
      LOG.info("{} gives up {} bytes of rows: its disk is full", directory, bytesHeld.get());
      dropAll();
    }
  }

  @Override
  public synchronized void close() {
    if (!ended) {
      ended = true;
      dropAll();
    }
  }

  @GuardedBy("this")
  private void dropAll() {
    pending.clear();
    current = null;
    for (; oldest <= newest; oldest++) {
      SpillSegment segment = segments.getAndSet(oldest % segments.length(), null);
      if (segment != null) {
        close(segment);
        delete(segment.path());
      }
    }
    bytesHeld.set(0);
    leftovers.forEach(this::delete);
    leftovers.clear();
  }

  private static void close(SpillSegment segment) {
    try {
      segment.close();
    } catch (IOException e) {
      LOG.debug("{} could not be closed", segment.path(), e);
    }
  }

  private void delete(String path) {
    try {
      storage.delete(path);
    } catch (IOException e) {
      LOG.debug("{} could not be deleted; the next spill will", path, e);
    }
  }
}
