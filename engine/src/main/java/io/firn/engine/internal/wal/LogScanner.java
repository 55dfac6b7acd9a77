package io.firn.engine.internal.wal;

import io.firn.error.CorruptionException;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from a sequence number to its end, changing nothing. Sequence numbers are the truth:
 * every operation from there on must be present, in order, up to the first place that cannot be
 * read. If a later header or record says that the log was durable beyond that place when it was
 * written, the place is damaged; if none does, a crash cut the log there, and what follows was
 * never acknowledged as durable.
 */
final class LogScanner {

  /** Where a log ends before its files do, or a segment is missing at its end. */
  record Break(long segment, String path, long offset, long sequence, @Nullable String damage) {}

  private final Storage storage;
  private final UUID table;
  private final String directory;
  private final @Nullable LogHead head;
  private final @Nullable LogHead missing;
  private final NavigableMap<Long, String> paths;
  private final long from;
  private final LogVisitor visitor;

  private final List<Recovery.Segment> segments = new ArrayList<>();
  private final List<String> obsolete = new ArrayList<>();
  private long covered;
  private long operations;
  private @Nullable Break broken;

  /**
   * @param directory of the log
   * @param files of the log
   * @param from the first sequence number wanted: all before are in the table
   */
  LogScanner(
      Storage storage,
      String directory,
      UUID table,
      LogFiles files,
      long from,
      LogVisitor visitor) {
    this.storage = storage;
    this.directory = directory;
    this.table = table;
    this.head = files.head();
    this.missing = files.missing(from);
    this.paths = files.segments();
    this.from = from;
    this.covered = from - 1;
    this.visitor = visitor;
  }

  /** Reads up to the end or the first place that cannot be read. */
  void scan() throws IOException {
    for (Map.Entry<Long, String> entry : paths.entrySet()) {
      if (broken != null) {
        return;
      }
      long number = entry.getKey();
      Map.Entry<Long, String> next = paths.higherEntry(number);
      SegmentHeader following = next == null ? null : readHeader(next.getKey(), next.getValue());
      try (SegmentReader reader = new SegmentReader(storage, entry.getValue())) {
        scan(number, entry.getValue(), reader, following);
      }
    }
    if (broken == null && missing != null && isNewest(missing)) {
      broken = missing(missing);
    }
    Map.Entry<Long, String> newest = paths.lastEntry();
    if (broken == null && newest != null && head != null && head.durableSequence() > covered) {
      cutAtTheEnd(head, newest);
    }
  }

  private void cutAtTheEnd(LogHead named, Map.Entry<Long, String> newest) throws IOException {
    broken =
        new Break(
            newest.getKey(),
            newest.getValue(),
            storage.length(newest.getValue()),
            covered + 1,
            "the log ends with operation "
                + covered
                + ", and had been durable up to operation "
                + named.durableSequence()
                + ". Restore the file, or keep what there is by 'firn repair'");
  }

  /** False if a later segment tells by its first operation whether anything is missing. */
  private boolean isNewest(LogHead named) throws IOException {
    for (Map.Entry<Long, String> later : paths.tailMap(named.number(), false).entrySet()) {
      if (readHeader(later.getKey(), later.getValue()) != null) {
        return false;
      }
    }
    return true;
  }

  private Break missing(LogHead named) {
    return new Break(
        named.number(),
        SegmentNames.path(directory, named.number()),
        -1,
        covered + 1,
        "the newest segment of the log is missing; it began with operation "
            + named.firstSequence()
            + ". Restore the file, or go on without what it held by 'firn repair'");
  }

  /** True if a segment is missing of which nothing tells what it held. */
  boolean lossIsUnknown() throws IOException {
    return missing != null && isNewest(missing);
  }

  private @Nullable SegmentHeader readHeader(long number, String path) throws IOException {
    return SegmentReader.headerOf(storage, path, number, table);
  }

  private void scan(
      long number, String path, SegmentReader reader, @Nullable SegmentHeader following)
      throws IOException {
    SegmentHeader header;
    try {
      header = reader.header(number, table);
    } catch (CorruptionException misplaced) {
      broken = new Break(number, path, misplaced.offset(), covered + 1, what(misplaced));
      return;
    }
    if (following != null && following.firstSequence() <= from) {
      // All of it is in the table.
      obsolete.add(path);
      return;
    }
    if (header == null && missing != null && number > missing.number() && isNewest(missing)) {
      broken = missing(missing);
      return;
    }
    if (header == null) {
      breakAt(number, path, 0, reader, "the segment's header is damaged");
      return;
    }
    if (header.firstSequence() > covered + 1) {
      breakAt(
          number,
          path,
          0,
          reader,
          "the segment begins with operation "
              + header.firstSequence()
              + ", operations from "
              + (covered + 1)
              + " are missing");
      return;
    }
    long expected = header.firstSequence();
    boolean announced = false;
    for (long start = reader.position(); reader.next(); start = reader.position()) {
      PayloadReader payload = reader.payload();
      if (payload.firstSequence() != expected) {
        if (announced) {
          segments.add(new Recovery.Segment(number, path, covered));
        }
        broken =
            new Break(
                number,
                path,
                start,
                covered + 1,
                "operation "
                    + expected
                    + " should stand where operation "
                    + payload.firstSequence()
                    + " does");
        return;
      }
      expected = payload.lastSequence() + 1;
      if (expected > covered + 1) {
        if (!announced) {
          visitor.segment(number, header.schemaId());
          announced = true;
        }
        operations += expected - 1 - covered;
        String wrong = LogRecord.visit(payload, covered + 1, visitor);
        if (wrong != null) {
          throw new CorruptionException(path, reader.position(), "before this place, " + wrong);
        }
        covered = expected - 1;
      }
    }
    if (announced) {
      segments.add(new Recovery.Segment(number, path, covered));
    }
    boolean continued = following != null && following.firstSequence() <= covered + 1;
    boolean cut = following != null && !continued && paths.containsKey(number + 1);
    if (reader.atEnd() && cut) {
      breakAt(
          number, path, reader.position(), reader, "the segment ends before the next one begins");
      return;
    }
    if (reader.atEnd() || continued) {
      // Bytes that are no record but lie before a segment that goes on without a gap are what an
      // earlier crash or failure left: nothing is missing.
      if (!announced) {
        obsolete.add(path);
      }
      return;
    }
    breakAt(number, path, reader.position(), reader, "the record is damaged");
  }

  /** The message of an exception without the place, which the break has. */
  private static String what(CorruptionException e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(message.indexOf(": ", e.file().length()) + 2);
  }

  private void breakAt(long number, String path, long offset, SegmentReader reader, String what)
      throws IOException {
    boolean durable = reader.provesDurable(covered + 1, Math.max(offset + 1, SegmentHeader.BYTES));
    SegmentHeader header = reader.header(number, table);
    durable |= offset == 0 && header != null && header.durableSequence() > covered;
    durable |= headProvesDurable(number, offset);
    for (Map.Entry<Long, String> later : paths.tailMap(number, false).entrySet()) {
      durable = durable || provesDurable(later.getKey(), later.getValue());
    }
    broken =
        new Break(
            number,
            path,
            offset,
            covered + 1,
            durable
                ? what
                    + "; it held operation "
                    + (covered + 1)
                    + ", which later parts of the log call durable. Restore the file, or salvage"
                    + " what lies before by 'firn repair'"
                : null);
  }

  /**
   * The head says up to where the log was durable, that the segment that it names was whole up to
   * its first operation, and, if that segment is missing, that the operations that should come are
   * not what a crash lost.
   */
  private boolean headProvesDurable(long number, long offset) {
    return head != null
        && (head.durableSequence() > covered
            || (offset == 0 && head.number() == number && head.firstSequence() >= from)
            || (missing != null && missing.firstSequence() <= covered + 1));
  }

  private boolean provesDurable(long number, String path) throws IOException {
    SegmentHeader header = readHeader(number, path);
    try (SegmentReader reader = new SegmentReader(storage, path)) {
      return (header != null && header.durableSequence() > covered)
          || reader.provesDurable(covered + 1, SegmentHeader.BYTES);
    }
  }

  /** The last operation that any part of the log is known to have had. */
  long lastKnown() throws IOException {
    long last = Math.max(covered, head == null ? 0 : head.durableSequence());
    Break at = broken;
    if (at == null) {
      return last;
    }
    for (Map.Entry<Long, String> entry : paths.tailMap(at.segment(), true).entrySet()) {
      SegmentHeader header = readHeader(entry.getKey(), entry.getValue());
      last = Math.max(last, header == null ? 0 : header.firstSequence() - 1);
      try (SegmentReader reader = new SegmentReader(storage, entry.getValue())) {
        long from = entry.getKey() == at.segment() ? at.offset() : 0;
        last = Math.max(last, reader.lastSequence(covered, Math.max(from, SegmentHeader.BYTES)));
      }
    }
    return last;
  }

  /** The last operation read, or the one before the first wanted. */
  long covered() {
    return covered;
  }

  long operations() {
    return operations;
  }

  List<Recovery.Segment> segments() {
    return segments;
  }

  List<String> obsolete() {
    return obsolete;
  }

  /** Where reading ended early; null if the log was read to its end. */
  @Nullable Break broken() {
    return broken;
  }
}
