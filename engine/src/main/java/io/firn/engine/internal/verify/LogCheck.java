package io.firn.engine.internal.verify;

import io.firn.catalog.TableStore;
import io.firn.engine.internal.wal.LogInspection;
import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.UUID;

/** Whether the log has every operation that the table does not have yet. */
public final class LogCheck {

  /** A writer beside us may release the segments that are being read, once and again. */
  private static final int ATTEMPTS_MAX = 5;

  private final TableStore store;
  private final Storage storage;
  private final String local;
  private final Findings findings;

  /**
   * @param local the writer's own directory
   */
  public LogCheck(TableStore store, Storage storage, String local, Findings findings) {
    this.store = store;
    this.storage = storage;
    this.local = local;
    this.findings = findings;
  }

  /** Checks. */
  public void check() {
    long flushed = store.version().flushedSequence();
    String failure = null;
    LogInspection log = null;
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        failure = null;
        log = inspect(flushed);
      } catch (StorageException e) {
        failure = String.valueOf(e);
      }
      long now = store.refresh().flushedSequence();
      if (now == flushed || (log != null && log.damage() == null)) {
        break;
      }
      flushed = now;
    }
    if (failure != null || log == null) {
      findings.error(local, "the log cannot be read: " + failure);
    } else {
      report(log);
    }
    lockFile();
  }

  private LogInspection inspect(long flushed) {
    return LogInspection.of(
        storage, StoragePaths.join(local, "wal"), UUID.fromString(store.uuid()), flushed + 1);
  }

  private void report(LogInspection log) {
    CorruptionException damage = log.damage();
    LogInspection.Tail tail = log.tail();
    if (damage != null) {
      findings.error(damage.file(), String.valueOf(damage.getMessage()));
    } else if (tail != null) {
      findings.notice(
          tail.path(),
          "ends at offset "
              + tail.offset()
              + ", with operation "
              + log.covered()
              + "; what follows is no record, as a crash leaves it");
    }
  }

  private void lockFile() {
    String lock = StoragePaths.join(local, "LOCK");
    try {
      if (storage.exists(lock) && storage.length(lock) > 0) {
        findings.notice(lock, "holds bytes and should be empty; they mean nothing");
      }
    } catch (IOException e) {
      findings.error(lock, "cannot be looked at: " + e);
    }
  }
}
