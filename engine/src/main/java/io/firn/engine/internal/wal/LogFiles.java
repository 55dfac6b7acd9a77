package io.firn.engine.internal.wal;

import io.firn.error.CorruptionException;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The files of a log.
 *
 * @param head null if the log has none: it was written before there were any, or is empty
 * @param segments paths by number
 */
record LogFiles(@Nullable LogHead head, NavigableMap<Long, String> segments) {

  /**
   * Finds them. The log's owner may be writing beside.
   *
   * @throws CorruptionException if the head is damaged or missing
   */
  static LogFiles find(Storage storage, String directory, UUID table) throws IOException {
    // The head first: whoever deletes the segment that it names has begun another before.
    LogHead head = LogHead.read(storage, directory, table);
    NavigableMap<Long, String> segments = SegmentNames.list(storage, directory);
    if (head == null && isHeaded(storage, segments, table)) {
      // The owner may have written it just now, and has then begun these segments.
      head = LogHead.read(storage, directory, table);
      if (head == null) {
        throw new CorruptionException(
            LogHead.path(directory),
            -1,
            "the head of the log is missing; whether its newest segment is there cannot be told."
                + " Restore the file, or have it written anew by 'firn repair'");
      }
    }
    return new LogFiles(head, segments);
  }

  private static boolean isHeaded(Storage storage, NavigableMap<Long, String> segments, UUID table)
      throws IOException {
    SegmentHeader newest = newestHeader(storage, segments, table);
    return newest != null && newest.headed();
  }

  /** The header of the newest segment that has one. */
  private static @Nullable SegmentHeader newestHeader(
      Storage storage, NavigableMap<Long, String> segments, UUID table) throws IOException {
    for (Map.Entry<Long, String> segment : segments.descendingMap().entrySet()) {
      SegmentHeader header =
          SegmentReader.headerOf(storage, segment.getValue(), segment.getKey(), table);
      if (header != null) {
        return header;
      }
    }
    return null;
  }

  /** The head that the segments there are would have. */
  static LogHead headOf(Storage storage, NavigableMap<Long, String> segments, UUID table)
      throws IOException {
    SegmentHeader newest = newestHeader(storage, segments, table);
    return newest == null
        ? LogHead.NONE
        : new LogHead(newest.number(), newest.firstSequence(), newest.durableSequence());
  }

  /**
   * The segment that the head names, if it is missing, has no successor, and the table does not
   * have what it held.
   *
   * @param from the first operation that the table does not have. Tables take segments whole: one
   *     that has a segment's first operation has all of them
   */
  @Nullable LogHead missing(long from) {
    LogHead named = head;
    return named == null
            || named.number() == 0
            || named.firstSequence() < from
            || segments.containsKey(named.number())
        ? null
        : named;
  }

  /** The number of the next segment, given those that are left. */
  long next(NavigableMap<Long, String> left) {
    long named = head == null ? 0 : head.number();
    return 1 + Math.max(named, left.isEmpty() ? 0 : left.lastKey());
  }
}
