package io.firn.engine.internal.wal;

import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.NavigableMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The file that names the newest segment of a log, where it is damaged or missing. */
public final class HeadRepair {

  private final Storage storage;
  private final String directory;
  private final UUID table;

  /**
   * Looks at the head of a log; nothing is done yet.
   *
   * @param directory of the log
   * @param table the table the log belongs to
   */
  public HeadRepair(Storage storage, String directory, UUID table) {
    this.storage = storage;
    this.directory = directory;
    this.table = table;
  }

  /** What is wrong with it, null if nothing is. */
  public @Nullable CorruptionException damage() {
    try {
      LogFiles ignored = LogFiles.find(storage, directory, table);
      return null;
    } catch (CorruptionException e) {
      return e;
    } catch (IOException e) {
      throw new StorageException("Cannot read the log in " + directory, e);
    }
  }

  /** False if it is another table's: so are the segments. */
  public static boolean isMendable(CorruptionException damage) {
    return damage.offset() != LogHead.TABLE_AT;
  }

  /** Sets it aside and has a new one name the newest segment there is. */
  public void mend() {
    String path = LogHead.path(directory);
    try {
      if (storage.exists(path)) {
        String ignored = SegmentNames.setAside(storage, path);
      }
      NavigableMap<Long, String> segments = SegmentNames.list(storage, directory);
      LogFiles.headOf(storage, segments, table).write(storage, directory, table);
    } catch (IOException e) {
      throw new StorageException("Cannot write " + path, e);
    }
  }
}
