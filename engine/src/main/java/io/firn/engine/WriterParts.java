package io.firn.engine;

import io.firn.engine.internal.wal.WriteAheadLog;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceStats;
import java.util.ArrayList;
import java.util.List;

/**
 * What only a table open for writing has: the way rows take in, the services that work behind it,
 * and what it owns.
 *
 * @param writes takes writes
 * @param flushes brings them into the table
 * @param maintenance compacts, sweeps and refreshes
 * @param log the write-ahead log
 * @param owner makes this process the writer, and answers others
 * @param closeNanosMax how long a close waits for the last flush
 */
record WriterParts(
    WritePath writes,
    FlushService flushes,
    Maintenance maintenance,
    WriteAheadLog log,
    OwnerChannel owner,
    long closeNanosMax) {

  /** Has everything written so far flushed soon. */
  void rotateForFlush() {
    PendingFlush ignored = writes.rotateNow();
  }

  ServiceHealth health() {
    return log.health().and(flushes.health()).and(maintenance.health());
  }

  List<ServiceStats> services() {
    List<ServiceStats> services = new ArrayList<>();
    services.add(log.syncStats());
    services.add(flushes.stats());
    services.addAll(maintenance.stats());
    return services;
  }

  /** Refuses writes, flushes what there is, and stops all services at a safe point. */
  void shutDown(CloseSequence sequence, TableState state) {
    sequence.step(writes::refuseWrites);
    sequence.step(state::wakeAll);
    sequence.step(maintenance::stopCompaction);
    sequence.step(
        () -> {
          if (!writes.failed()) {
            rotateForFlush();
            flushes.awaitFlushedUninterruptibly(state.pendingSequence(), closeNanosMax);
          }
        });
    stopServices(sequence);
  }

  /** Stops all services at a safe point. */
  void stopServices(CloseSequence sequence) {
    sequence.step(maintenance::stopCompaction);
    sequence.step(flushes::stop);
    sequence.step(maintenance::stop);
  }

  void releaseOwnership() {
    owner.close();
  }
}
