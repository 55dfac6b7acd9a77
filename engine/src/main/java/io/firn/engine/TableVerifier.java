package io.firn.engine;

import io.firn.catalog.LiveFile;
import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.internal.verify.FileContent;
import io.firn.engine.internal.verify.Findings;
import io.firn.engine.internal.verify.IcebergView;
import io.firn.engine.internal.verify.KeyMerge;
import io.firn.engine.internal.verify.References;
import io.firn.engine.internal.verify.VerifiedFile;
import io.firn.format.CacheOptions;
import io.firn.format.DataFileReaders;
import io.firn.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.FileScanTask;

/**
 * Proves the laws on a real table, from its files alone: one live row per key, files sorted and
 * free of repeated keys, deletion vectors valid, within their file and one per file, bounds and
 * counts in the metadata true, nothing that is referenced missing, sequence numbers that never go
 * back, and Iceberg's own plan equal to the engine's version. Files that nothing references are
 * told as notices.
 *
 * <p>Takes no lock and changes nothing, so it runs beside a live writer; it looks at the snapshot
 * that is current when it begins. Memory is bounded by a batch of keys for every file whose key
 * range is reached at once.
 *
 * <p>Damage is a {@link Finding}, not an exception. Exceptions mean that there was nothing to
 * verify: {@link io.firn.error.NotATableException} if there is no table, {@link
 * io.firn.error.StorageException} if its metadata cannot be read.
 */
public final class TableVerifier {

  /** How much is read. */
  public enum Depth {
    /** The key columns of every file. */
    KEYS,
    /**
     * Every page as Firn and as other Parquet readers read it: all columns with their checksums,
     * bounds and counts, and every key's lookup. Only Parquet's footer and its page indexes carry
     * no checksum.
     */
    EVERYTHING
  }

  /** Hears how far a verification is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Called on the verifying thread, about once for every batch of rows.
     *
     * @param rowsDone rows read so far
     * @param rowsTotal rows to be read; the same in every call
     */
    void advanced(long rowsDone, long rowsTotal);
  }

  /** Long enough for any commit under way to finish. */
  private static final long ORPHAN_AGE_MILLIS = 3_600_000;

  private TableVerifier() {}

  /** Verifies the table's current snapshot. */
  public static VerifyReport verify(
      TableLocation location, Storage storage, Depth depth, Progress progress) {
    try (TableStore store = TableStore.open(location, storage);
        DataFileReaders readers = new DataFileReaders(store.files(), CacheOptions.defaults())) {
      Version version = store.version();
      Findings findings = new Findings();
      long total = version.rowCount() * (depth == Depth.EVERYTHING ? 2 : 1);
      Counter counter = new Counter(total, progress);

      Map<String, FileScanTask> planned = new IcebergView(store, version, findings).check();
      List<VerifiedFile> sound = new ArrayList<>();
      for (LiveFile file : version.files().values()) {
        VerifiedFile verified =
            VerifiedFile.open(
                file, planned.get(file.path()), version, store.files(), readers, findings);
        if (verified != null) {
          sound.add(verified);
          if (depth == Depth.EVERYTHING) {
            new FileContent(verified, store.files(), findings).check(counter::add);
          }
        }
      }
      long liveRows = new KeyMerge(sound, findings).check(counter::add);
      if (sound.size() == version.files().size() && liveRows != version.liveRows()) {
        findings.error(
            store.location(),
            "the metadata tells " + version.liveRows() + " live rows, the files " + liveRows);
      }
      new References(store, findings).check(System.currentTimeMillis() - ORPHAN_AGE_MILLIS);
      return new VerifyReport(
          version.snapshotId(),
          version.files().size(),
          version.rowCount(),
          version.liveRows(),
          findings.listed(),
          findings.unlisted());
    }
  }

  private static final class Counter {
    private final long total;
    private final Progress progress;
    private long done;

    Counter(long total, Progress progress) {
      this.total = total;
      this.progress = progress;
    }

    void add(long rows) {
      done += rows;
      progress.advanced(done, total);
    }
  }
}
