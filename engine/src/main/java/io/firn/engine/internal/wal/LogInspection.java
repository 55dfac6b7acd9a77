package io.firn.engine.internal.wal;

import io.firn.engine.internal.OpKind;
import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a log holds, read without changing anything. Its owner may be writing beside it.
 *
 * @param covered the last operation that can be replayed, or the one before the first wanted
 * @param damage the place that damage has made unreadable, null if there is none
 * @param lost how many operations behind that place the log is known to have had; {@link #UNKNOWN}
 *     if a whole segment is missing of which nothing says what it held
 * @param salvageable whether what lies before the damage can be kept
 * @param tail where a crash has cut the log, null if it is whole up to its end
 */
public record LogInspection(
    long covered,
    @Nullable CorruptionException damage,
    long lost,
    boolean salvageable,
    @Nullable Tail tail) {

  /** Nothing says how many operations are lost. */
  public static final long UNKNOWN = -1;

  /** Bytes at the end of a log that were never acknowledged as durable. */
  public record Tail(String path, long offset) {}

  /**
   * Reads a log.
   *
   * @param from the first operation wanted: all before are in the table
   * @throws StorageException if storage fails
   */
  public static LogInspection of(Storage storage, String directory, UUID table, long from) {
    try {
      LogFiles files = LogFiles.find(storage, directory, table);
      LogScanner scanner = new LogScanner(storage, directory, table, files, from, ignoring());
      scanner.scan();
      LogScanner.Break broken = scanner.broken();
      if (broken == null) {
        return new LogInspection(scanner.covered(), null, 0, true, null);
      }
      if (broken.damage() == null) {
        return new LogInspection(
            scanner.covered(), null, 0, true, new Tail(broken.path(), broken.offset()));
      }
      return new LogInspection(
          scanner.covered(),
          new CorruptionException(broken.path(), broken.offset(), broken.damage()),
          scanner.lossIsUnknown() ? UNKNOWN : scanner.lastKnown() - scanner.covered(),
          true,
          null);
    } catch (CorruptionException e) {
      return new LogInspection(from - 1, e, UNKNOWN, false, null);
    } catch (IOException e) {
      throw new StorageException("Cannot read the log in " + directory, e);
    }
  }

  /**
   * The first operation of a log, whatever table it belongs to; empty if there is no log, or its
   * beginning is damaged.
   */
  public static OptionalLong begins(Storage storage, String directory) {
    try {
      Map.Entry<Long, String> first = SegmentNames.list(storage, directory).firstEntry();
      if (first == null) {
        return OptionalLong.empty();
      }
      byte[] bytes = new byte[SegmentHeader.BYTES];
      try (InputFileHandle file = storage.open(first.getValue())) {
        if (file.length() < bytes.length) {
          return OptionalLong.empty();
        }
        file.readFully(0, bytes, 0, bytes.length);
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      UUID table = new UUID(buffer.getLong(16), buffer.getLong(24));
      SegmentHeader header = SegmentHeader.decode(bytes, first.getValue(), first.getKey(), table);
      return header == null ? OptionalLong.empty() : OptionalLong.of(header.firstSequence());
    } catch (CorruptionException misplaced) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new StorageException("Cannot read the log in " + directory, e);
    }
  }

  /** A visitor for whom it is enough that the log is read. */
  public static LogVisitor ignoring() {
    return new Ignoring();
  }

  private static final class Ignoring implements LogVisitor {
    @Override
    public void segment(long number, int schemaId) {}

    @Override
    public void operation(
        long sequence, OpKind kind, byte[] array, int keyOffset, int keyLength, int rowLength) {}
  }
}
