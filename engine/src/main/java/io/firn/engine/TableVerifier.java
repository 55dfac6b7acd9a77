package io.firn.engine;

import io.firn.catalog.LiveFile;
import io.firn.catalog.MetadataCache;
import io.firn.catalog.MetadataRepair;
import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.internal.verify.FileContent;
import io.firn.engine.internal.verify.Findings;
import io.firn.engine.internal.verify.IcebergView;
import io.firn.engine.internal.verify.KeyMerge;
import io.firn.engine.internal.verify.LogCheck;
import io.firn.engine.internal.verify.References;
import io.firn.engine.internal.verify.VerifiedFile;
import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import io.firn.format.CacheOptions;
import io.firn.format.DataFileReaders;
import io.firn.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.FileScanTask;
import org.jspecify.annotations.Nullable;

/**
 * Proves the laws on a real table, from its files alone: one live row per key, files sorted and
 * free of repeated keys, deletion vectors valid, within their file and one per file, bounds and
 * counts in the metadata true, nothing that is referenced missing, sequence numbers that never go
 * back, Iceberg's own plan equal to the engine's version, the log whole, and every checksum right
 * of whatever a retained snapshot or the log consists of. Files that nothing references are told as
 * notices.
 *
 * <p>Takes no lock and changes nothing, so it runs beside a live writer; it looks at the snapshot
 * that is current when it begins. Memory is bounded by a batch of keys for every file whose key
 * range is reached at once.
 *
 * <p>Damage is a {@link Finding}, not an exception, also where it keeps the table from being
 * opened. Exceptions mean that there was nothing to verify: {@link
 * io.firn.error.NotATableException} if there is no table, {@link StorageException} if storage
 * fails.
 */
public final class TableVerifier {

  /** How much is read. */
  public enum Depth {
    /** The key columns of every file of the current snapshot. */
    KEYS,
    /**
     * Every page of every file that a retained snapshot has, as Firn and as other Parquet readers
     * read it: all columns with their checksums, bounds and counts, and every key's lookup.
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

  /** Verifies a table of which the log is in the table's directory. */
  public static VerifyReport verify(
      TableLocation location, Storage storage, Depth depth, Progress progress) {
    return verify(location, storage, null, depth, progress);
  }

  /**
   * Verifies a table.
   *
   * @param localDirectory where its writer keeps log and lock; null if within the table's directory
   */
  public static VerifyReport verify(
      TableLocation location,
      Storage storage,
      @Nullable String localDirectory,
      Depth depth,
      Progress progress) {
    Findings findings = new Findings();
    // Made here: whatever it holds has been read, and its checksum compared, by this verification.
    MetadataCache cache = MetadataCache.ofOneOperation();
    try (MetadataRepair repair = new MetadataRepair(location, storage)) {
      repair.defects(OptionalLong.empty(), Set.of(), cache).forEach(findings::defect);
    } catch (CorruptionException e) {
      findings.error(e.file(), String.valueOf(e.getMessage()));
    }
    try (TableStore store = TableStore.open(location, storage, cache)) {
      return verify(store, storage, localDirectory, depth, progress, findings);
    } catch (CorruptionException | StorageException e) {
      if (findings.listed().isEmpty()) {
        throw e;
      }
      // What keeps the table from being opened has been found.
      return new VerifyReport(Version.NO_SNAPSHOT, 0, 0, 0, findings.listed(), findings.unlisted());
    }
  }

  private static VerifyReport verify(
      TableStore store,
      Storage storage,
      @Nullable String localDirectory,
      Depth depth,
      Progress progress,
      Findings findings) {
    Storage files = store.files();
    try (DataFileReaders readers = new DataFileReaders(files, CacheOptions.defaults())) {
      Version version = store.version();
      List<OlderFile> older = depth == Depth.EVERYTHING ? OlderFile.of(store) : List.of();
      long total =
          version.rowCount() * (depth == Depth.EVERYTHING ? 2 : 1)
              + older.stream().mapToLong(file -> file.file().rowCount()).sum();
      Counter counter = new Counter(total, progress);

      Map<String, FileScanTask> planned = new IcebergView(store, version, findings).check();
      List<VerifiedFile> sound = new ArrayList<>();
      for (LiveFile file : version.files().values()) {
        VerifiedFile verified =
            VerifiedFile.open(file, planned.get(file.path()), version, files, readers, findings);
        if (verified != null) {
          sound.add(verified);
          if (depth == Depth.EVERYTHING) {
            new FileContent(verified, files, findings).check(counter::add);
          }
        }
      }
      long liveRows = new KeyMerge(sound, findings).check(counter::add);
      if (sound.size() == version.files().size() && liveRows != version.liveRows()) {
        findings.error(
            store.location(),
            "the metadata tells " + version.liveRows() + " live rows, the files " + liveRows);
      }
      for (OlderFile file : older) {
        VerifiedFile verified =
            VerifiedFile.open(file.file(), null, file.version(), files, readers, findings);
        if (verified != null) {
          new FileContent(verified, files, findings).check(counter::add);
        }
      }
      new References(store, findings).check(System.currentTimeMillis() - ORPHAN_AGE_MILLIS);
      LocalDirectory.find(store, localDirectory)
          .ifPresent(local -> new LogCheck(store, storage, local, findings).check());
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
