package io.firn.engine;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.firn.catalog.DeletionVector;
import io.firn.catalog.FlushCommit;
import io.firn.catalog.SummaryKeys;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.PendingFlush.WrittenMemtable;
import io.firn.engine.TableListener.FlushEvent;
import io.firn.engine.internal.wal.WriteAheadLog;
import io.firn.error.CommitConflictException;
import io.firn.error.FirnException;
import io.firn.error.StorageException;
import io.firn.format.KeyList;
import io.firn.format.WriterOptions;
import io.firn.format.WrittenFile;
import io.firn.service.WorkContext;
import io.firn.service.WorkOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings rotated memtables into the table. Any number of workers write files at the same time;
 * commits happen in the order of rotation, by whichever worker finishes the oldest.
 *
 * <p>The rows that a memtable replaces are looked for twice: without any lock against the version
 * the worker sees, and under the commit lock in the files that version did not have.
 */
final class FlushPipeline {

  private static final Logger LOG = LoggerFactory.getLogger(FlushPipeline.class);

  private final TableState state;
  private final String engineId;
  private final TableStore store;
  private final WriteAheadLog log;
  private final FailureLatch failures;
  private final EventDispatcher events;
  private final MemtableFileWriter files;
  private final FilePins pins;
  private final Runnable afterCommit;

  /** Whoever holds it commits. Taken before the store's commit lock. */
  private final ReentrantLock commitOrder = new ReentrantLock();

  private final AtomicLong flushes = new AtomicLong();
  private final AtomicLong rows = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong masked = new AtomicLong();

  /**
   * @param afterCommit called after each commit, without a lock; asks for compaction
   */
  FlushPipeline(EngineParts parts, WriteAheadLog log, Runnable afterCommit) {
    this.state = parts.state();
    this.engineId = parts.engineId();
    this.store = parts.store();
    this.log = log;
    this.failures = parts.failures();
    this.events = parts.events();
    this.pins = parts.pins();
    this.afterCommit = afterCommit;
    this.files =
        new MemtableFileWriter(parts, WriterOptions.forLookups(), () -> store.newDataFilePath(0));
  }

  /**
   * One unit of flush work: the oldest memtable that nobody has claimed, and every commit that is
   * possible after it.
   */
  WorkOutcome run(WorkContext context) {
    failures.check();
    PendingFlush claimed = claimOldest();
    if (claimed != null) {
      try {
        claimed.written(write(claimed, context));
      } catch (Throwable e) {
        claimed.giveBack(e);
        state.wakeAll();
        classify(e);
        failures.tell();
        throw e;
      }
    }
    boolean committed = commitReady();
    if (committed) {
      afterCommit.run();
    }
    return claimed == null && !committed ? WorkOutcome.SKIPPED : WorkOutcome.DONE;
  }

  private @Nullable PendingFlush claimOldest() {
    SuperVersion view = state.peek();
    if (view == null) {
      return null;
    }
    for (PendingFlush pending : view.pending()) {
      if (pending.claim()) {
        return pending;
      }
    }
    return null;
  }

  private WrittenMemtable write(PendingFlush flush, WorkContext context) {
    long start = System.nanoTime();
    KeyList keys = new KeyList();
    WrittenFile file = files.write(flush.memtable(), flush.rows().schema(), keys);
    if (file != null) {
      context.addBytesOut(file.lengthBytes());
    }
    try (ReadState now = ReadState.acquire(state)) {
      PreparedMasks masks = MaskResolver.resolve(keys, now.view().files().files());
      return new WrittenMemtable(file, keys, masks, start);
    } catch (Throwable e) {
      if (file != null) {
        files.discard(file);
      }
      throw e;
    }
  }

  /**
   * Commits memtables from the oldest on, as far as they have been written. True if there was one.
   */
  private boolean commitReady() {
    List<FlushEvent> committed = new ArrayList<>();
    commitOrder.lock();
    try {
      commitReady(committed);
    } finally {
      commitOrder.unlock();
      failures.tell();
      committed.forEach(event -> events.dispatch(listener -> listener.onFlush(event)));
    }
    return !committed.isEmpty();
  }

  private void commitReady(List<FlushEvent> committed) {
    SuperVersion view = state.peek();
    while (view != null && !view.pending().isEmpty()) {
      PendingFlush oldest = view.pending().get(0);
      WrittenMemtable written = oldest.written();
      if (written == null) {
        return;
      }
      try {
        committed.add(commit(oldest, written));
      } catch (Throwable e) {
        oldest.commitFailed(e);
        state.wakeAll();
        classify(e);
        throw e;
      }
      view = state.peek();
    }
  }

  private FlushEvent commit(PendingFlush flush, WrittenMemtable written) {
    log.ensureDurable(flush.segment());
    long[] newlyMasked = {0};
    Version version =
        store.commitFlush(
            current -> {
              Map<String, DeletionVector> masks = masksAgainst(current, written);
              newlyMasked[0] = masks.values().stream().mapToLong(DeletionVector::cardinality).sum();
              return new FlushCommit(
                  written.file() == null ? List.of() : List.of(written.file()),
                  masks,
                  flush.lastSequence(),
                  Map.of(SummaryKeys.ENGINE_ID, engineId),
                  current.unsettled());
            });
    // Whoever waits for this flush finds it counted.
    count(written, newlyMasked[0]);
    state.installVersion(flush);
    unpin(written);
    log.release(flush.segment());
    return committed(version, flush, written, newlyMasked[0]);
  }

  private void unpin(WrittenMemtable written) {
    WrittenFile file = written.file();
    if (file != null) {
      pins.unpin(file.path());
    }
  }

  /**
   * Commits the masks that the current version needs because of what another engine has committed,
   * if it needs any. Every flush does so too; this is for tables that are not written to.
   */
  @CanIgnoreReturnValue
  WorkOutcome settle() {
    commitOrder.lock();
    try {
      Version version = store.version();
      if (version.unsettled().isEmpty() || failures.failed()) {
        return WorkOutcome.SKIPPED;
      }
      if (settlement(version).masks().isEmpty() && version.unsettled().deletes().isEmpty()) {
        store.markSettled(version);
      } else {
        commitSettlement();
      }
      state.installVersion(null);
    } catch (Throwable e) {
      classify(e);
      throw e;
    } finally {
      commitOrder.unlock();
      failures.tell();
    }
    afterCommit.run();
    return WorkOutcome.DONE;
  }

  private void commitSettlement() {
    long[] newlyMasked = {0};
    Version version =
        store.commitFlush(
            current -> {
              Map<String, DeletionVector> masks = settlement(current).masks();
              newlyMasked[0] = masks.values().stream().mapToLong(DeletionVector::cardinality).sum();
              return new FlushCommit(
                  List.of(),
                  masks,
                  current.flushedSequence(),
                  Map.of(SummaryKeys.ENGINE_ID, engineId, SummaryKeys.JOB, "settle"),
                  current.unsettled());
            });
    masked.addAndGet(newlyMasked[0]);
    LOG.info(
        "settled table={} snapshot={} masked={}",
        store.location(),
        version.snapshotId(),
        newlyMasked[0]);
  }

  private Settlement settlement(Version version) {
    FileSet files = state.open(version);
    try {
      return files.settlement();
    } finally {
      files.release();
    }
  }

  /**
   * The prepared masks, less what is masked or gone by now, plus what the files new since then
   * hold, and what the version needs masked whoever writes.
   */
  private Map<String, DeletionVector> masksAgainst(Version current, WrittenMemtable written) {
    Settlement settlement =
        current.unsettled().isEmpty() ? Settlement.nothing(current) : settlement(current);
    Map<String, DeletionVector> masks = new HashMap<>(settlement.masks());
    written
        .prepared()
        .newlyDeleted()
        .forEach(
            (path, positions) -> {
              var live = current.file(path);
              if (live != null) {
                DeletionVector left = positions.minus(live.deleted());
                if (!left.isEmpty()) {
                  masks.merge(path, left, DeletionVector::union);
                }
              }
            });
    boolean allCovered =
        current.files().values().stream()
            .allMatch(
                file ->
                    written
                        .prepared()
                        .covers(file.path(), file.deleted().union(settlement.masked(file.path()))));
    if (!allCovered) {
      FileSet now = state.open(current);
      try {
        List<FileView> unseen = new ArrayList<>(now.files());
        unseen.removeIf(file -> written.prepared().covers(file.live().path(), file.deleted()));
        MaskResolver.resolve(written.keys(), unseen)
            .newlyDeleted()
            .forEach((path, found) -> masks.merge(path, found, DeletionVector::union));
      } finally {
        now.release();
      }
    }
    return masks;
  }

  private void count(WrittenMemtable written, long newlyMasked) {
    WrittenFile file = written.file();
    flushes.incrementAndGet();
    rows.addAndGet(file == null ? 0 : file.rowCount());
    bytes.addAndGet(file == null ? 0 : file.lengthBytes());
    masked.addAndGet(newlyMasked);
  }

  private FlushEvent committed(
      Version version, PendingFlush flush, WrittenMemtable written, long newlyMasked) {
    WrittenFile file = written.file();
    long fileRows = file == null ? 0 : file.rowCount();
    long fileBytes = file == null ? 0 : file.lengthBytes();
    long millis = (System.nanoTime() - written.startNanos()) / 1_000_000;
    LOG.info(
        "flushed table={} snapshot={} sequence={} rows={} masked={} bytes={} millis={}",
        store.location(),
        version.snapshotId(),
        flush.lastSequence(),
        fileRows,
        newlyMasked,
        fileBytes,
        millis);
    return new FlushEvent(
        version.snapshotId(), flush.lastSequence(), fileRows, newlyMasked, fileBytes, millis);
  }

  /**
   * A storage or catalog that fails may work again later; anything else ends the engine's writing.
   */
  private void classify(Throwable e) {
    boolean passing = e instanceof StorageException || e instanceof CommitConflictException;
    if (!passing
        && (e instanceof FirnException || e instanceof Error || e instanceof RuntimeException)) {
      failures.fail(e);
    }
  }

  long flushes() {
    return flushes.get();
  }

  long rows() {
    return rows.get();
  }

  long bytes() {
    return bytes.get();
  }

  long masked() {
    return masked.get();
  }
}
