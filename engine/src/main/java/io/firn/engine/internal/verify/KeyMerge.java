package io.firn.engine.internal.verify;

import io.firn.error.FirnException;
import io.firn.format.KeyList;
import io.firn.format.Projection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Merges the keys of all files and looks for two live rows with one key. A file is opened when the
 * merge reaches its first key and closed at its end, so that only files that overlap are open
 * together.
 */
public final class KeyMerge {

  private final List<VerifiedFile> files;
  private final Findings findings;
  private final PriorityQueue<KeyCursor> cursors = new PriorityQueue<>(KeyCursor::compareTo);

  /** The newest live row of the merge so far: its key, and where it stands. */
  private final KeyList lastKey = new KeyList();

  private @Nullable VerifiedFile lastFile;
  private long lastPosition;
  private long liveRows;
  private final Set<String> repeating = new LinkedHashSet<>();

  public KeyMerge(List<VerifiedFile> files, Findings findings) {
    this.files = files;
    this.findings = findings;
  }

  /** Checks, telling of every batch of rows read, and returns how many rows are live. */
  public long check(LongConsumer rowsRead) {
    for (VerifiedFile file : files) {
      byte[] firstKey = file.firstKey();
      if (firstKey != null) {
        cursors.add(new KeyCursor(file, firstKey));
      }
    }
    try {
      while (!cursors.isEmpty()) {
        KeyCursor cursor = cursors.remove();
        boolean more = false;
        try {
          more = cursor.opened() ? run(cursor, rowsRead) : open(cursor, rowsRead);
        } catch (FirnException e) {
          findings.error(cursor.file().path(), "its keys cannot be read: " + e);
        } finally {
          if (!more) {
            cursor.close();
          }
        }
        if (more) {
          cursors.add(cursor);
        }
      }
    } finally {
      cursors.forEach(KeyCursor::close);
    }
    return liveRows;
  }

  /** The files with live rows whose keys other live rows have. */
  public Set<String> repeating() {
    return repeating;
  }

  private boolean open(KeyCursor cursor, LongConsumer rowsRead) {
    VerifiedFile file = cursor.file();
    Projection keys = Projection.of(file.schema(), new Schema(file.schema().keyFields()));
    if (!cursor.open(keys)) {
      findings.error(file.path(), "has a first key and no rows");
      return false;
    }
    rowsRead.accept(cursor.batchRows());
    return true;
  }

  /** Takes rows from a cursor while they come before those of all others. */
  private boolean run(KeyCursor cursor, LongConsumer rowsRead) {
    KeyCursor rival = cursors.peek();
    do {
      if (cursor.live()) {
        liveRows++;
        see(cursor);
      }
      if (!advance(cursor, rowsRead)) {
        cursor.compareStatistics(findings);
        return false;
      }
    } while (rival == null || cursor.compareTo(rival) <= 0);
    return true;
  }

  private static boolean advance(KeyCursor cursor, LongConsumer rowsRead) {
    if (!cursor.advance()) {
      return false;
    }
    if (cursor.atBatch()) {
      rowsRead.accept(cursor.batchRows());
    }
    return true;
  }

  private void see(KeyCursor cursor) {
    VerifiedFile before = lastFile;
    if (before != null) {
      int order = cursor.compareTo(lastKey);
      if (order == 0) {
        repeated(before, cursor);
      } else if (order < 0) {
        findings.error(cursor.file().path(), "is not sorted by key at row " + cursor.position());
      }
    }
    cursor.copyKeyTo(lastKey);
    lastFile = cursor.file();
    lastPosition = cursor.position();
  }

  private void repeated(VerifiedFile before, KeyCursor cursor) {
    repeating.add(before.path());
    repeating.add(cursor.file().path());
    String what =
        "row "
            + cursor.position()
            + " has the same key as row "
            + lastPosition
            + " of "
            + before.path()
            + ", and both are live";
    if (before.file().namedByFirn() && cursor.file().file().namedByFirn()) {
      findings.error(cursor.file().path(), what);
    } else {
      findings.warning(
          cursor.file().path(), what + "; the next commit of the table's writer masks the older");
    }
  }
}
