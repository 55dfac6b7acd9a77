package io.firn.engine;

import io.firn.catalog.LiveFile;
import io.firn.catalog.Version;
import io.firn.engine.TableListener.BackpressureState;
import io.firn.format.ReadCounters;
import io.firn.service.ServiceStats;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a table's figures together, without a lock that anybody holds for long. */
final class StatsReport {

  private StatsReport() {}

  static TableStats of(EngineParts parts, @Nullable WriterParts writer) {
    SuperVersion view = parts.state().peek();
    Version version = parts.store().version();
    long memtableBytes = 0;
    int pending = 0;
    if (view != null) {
      memtableBytes = view.active().bytes();
      pending = view.pending().size();
      for (PendingFlush flush : view.pending()) {
        memtableBytes += flush.memtable().bytes();
      }
    }
    // What is committed is seen by readers only once its files are open.
    Version seen = view == null ? version : view.files().version();
    long sequence = Math.max(parts.state().visibleSequence(), seen.flushedSequence());
    FlushPipeline flushes = writer == null ? null : writer.flushes().pipeline();
    Backpressure backpressure = writer == null ? null : writer.writes().backpressure();
    ReadCounters reads = parts.readers().counters();
    return new TableStats(
        sequence,
        writer == null
            ? sequence
            : Math.max(writer.log().durableSequence(), version.flushedSequence()),
        version.flushedSequence(),
        version.snapshotId(),
        writer == null ? 0 : writer.writes().rowsWritten(),
        writer == null ? 0 : writer.writes().bytesWritten(),
        memtableBytes,
        pending,
        parts.snapshots().memoryBytes(view),
        parts.snapshots().count(),
        flushes == null ? 0 : flushes.flushes(),
        flushes == null ? 0 : flushes.rows(),
        flushes == null ? 0 : flushes.bytes(),
        flushes == null ? 0 : flushes.masked(),
        version.files().size(),
        version.liveRows(),
        version.files().values().stream().mapToLong(LiveFile::lengthBytes).sum(),
        reads.reads(),
        reads.bytesRead(),
        reads.pagesDecoded(),
        reads.cachedBytes(),
        reads.spilledBytes(),
        backpressure == null ? 0 : backpressure.stalledNanos(),
        backpressure == null ? 0 : backpressure.delayedNanos(),
        backpressure == null ? BackpressureState.FREE : backpressure.felt(),
        (writer == null ? LevelReport.ofReader(parts) : writer.maintenance().levels()).stats(),
        services(parts, writer));
  }

  private static List<ServiceStats> services(EngineParts parts, @Nullable WriterParts writer) {
    List<ServiceStats> services = new ArrayList<>();
    if (writer != null) {
      services.addAll(writer.services());
    }
    services.add(parts.scans().stats());
    return List.copyOf(services);
  }
}
