package io.firn.engine;

import io.firn.engine.TableListener.BackpressureState;
import io.firn.service.ServiceStats;
import java.util.List;

/**
 * A table's figures at one moment; counters start at open.
 *
 * @param sequence the newest write readers see
 * @param durableSequence the newest write that survives a power cut
 * @param flushedSequence the newest write in the current Iceberg snapshot
 * @param snapshotId the current Iceberg snapshot; -1 if there is none
 * @param rowsWritten operations taken into log and memtable
 * @param bytesWritten their encoded bytes
 * @param memtableBytes memory of the active and immutable memtables
 * @param immutableMemtables memtables waiting for their flush
 * @param snapshotMemoryBytes memory of memtables that only open snapshots keep
 * @param openSnapshots open snapshots
 * @param flushes flushes committed
 * @param flushedRows rows in the data files they wrote
 * @param flushedBytes bytes of these files
 * @param maskedRows rows of older files they masked
 * @param liveFiles data files of the current snapshot
 * @param liveRows rows in them, less the masked ones
 * @param liveBytes bytes of them
 * @param fileReads reads of data files from storage, those of flushes and compactions included
 * @param fileBytesRead bytes they read
 * @param pagesDecoded pages decompressed and decoded, because the page cache did not have them
 * @param pageCacheBytes decoded pages and rows in memory now
 * @param pageCacheDiskBytes rows on local disk now that the page cache had no room for
 * @param stalledNanos time writers waited for room
 * @param delayedNanos time writers were delayed
 * @param backpressure what writers feel now
 * @param levels level by level
 * @param services the background services by name
 */
public record TableStats(
    long sequence,
    long durableSequence,
    long flushedSequence,
    long snapshotId,
    long rowsWritten,
    long bytesWritten,
    long memtableBytes,
    int immutableMemtables,
    long snapshotMemoryBytes,
    int openSnapshots,
    long flushes,
    long flushedRows,
    long flushedBytes,
    long maskedRows,
    int liveFiles,
    long liveRows,
    long liveBytes,
    long fileReads,
    long fileBytesRead,
    long pagesDecoded,
    long pageCacheBytes,
    long pageCacheDiskBytes,
    long stalledNanos,
    long delayedNanos,
    BackpressureState backpressure,
    List<LevelStats> levels,
    List<ServiceStats> services) {

  /**
   * One level.
   *
   * @param level 0 is where flushes write
   * @param files its data files
   * @param bytes their bytes
   * @param rows their rows
   * @param maskedRows of these, masked by deletion vectors
   * @param score at 1 or more the level is due for compaction
   */
  public record LevelStats(
      int level, int files, long bytes, long rows, long maskedRows, double score) {}
}
