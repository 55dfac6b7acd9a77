package io.firn.engine;

import io.firn.catalog.DamagedCopies;
import io.firn.catalog.Defect;
import io.firn.catalog.LiveFile;
import io.firn.catalog.RewriteCommit;
import io.firn.catalog.SummaryKeys;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.compaction.CompactionEnvironment;
import io.firn.compaction.CompactionExecutor;
import io.firn.compaction.CompactionFile;
import io.firn.compaction.CompactionOptions;
import io.firn.compaction.CompactionOutcome;
import io.firn.compaction.CompactionPlan;
import io.firn.compaction.CompactionTask;
import io.firn.compaction.KeyRange;
import io.firn.compaction.TaskPlanner;
import io.firn.engine.internal.verify.FileContent;
import io.firn.engine.internal.verify.Findings;
import io.firn.engine.internal.verify.VerifiedFile;
import io.firn.error.CommitConflictException;
import io.firn.error.FirnException;
import io.firn.error.StorageException;
import io.firn.format.CacheOptions;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.WriterOptions;
import io.firn.format.WrittenFile;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A data file of which the index or the footer is damaged and every row can still be read: it is
 * written anew. Used by one thread.
 */
final class FileRebuild {

  private final Storage files;
  private final LiveFile file;
  private final Version version;

  FileRebuild(Storage files, LiveFile file, Version version) {
    this.files = files;
    this.file = file;
    this.version = version;
  }

  /** What is wrong with the file, as a verification tells it; empty if nothing is. */
  Optional<Finding> damage(DataFileReaders readers) {
    Findings findings = new Findings();
    VerifiedFile opened = VerifiedFile.open(file, null, version, files, readers, findings);
    if (opened != null) {
      new FileContent(opened, files, findings).check(rows -> {});
    }
    return findings.listed().stream().findFirst();
  }

  /** The storage in which all rows of the file can be read, if there is a way. */
  Optional<Storage> readable() {
    try {
      if (isReadable(files)) {
        return Optional.of(files);
      }
      Optional<Storage> indexed = TailOverlay.withIndexOnly(files, file.path());
      if (indexed.filter(this::isReadable).isPresent()) {
        return indexed;
      }
      return TailOverlay.withoutIndex(files, file.path()).filter(this::isReadable);
    } catch (IOException e) {
      throw new StorageException("Cannot read " + file.path(), e);
    }
  }

  private boolean isReadable(Storage storage) {
    Findings findings = new Findings();
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults())) {
      byte[] firstKey;
      try (DataFileReader reader =
          readers.open(file.path(), file.lengthBytes(), version.schema())) {
        firstKey = reader.firstKey();
        if (reader.rowCount() != file.rowCount()) {
          return false;
        }
      }
      VerifiedFile opened =
          new VerifiedFile(file, file.dataFile(), version.schema(), readers, firstKey);
      new FileContent(opened, storage, findings).checkRows(rows -> {});
      return findings.listed().isEmpty();
    } catch (StorageException e) {
      throw e;
    } catch (FirnException damaged) {
      return false;
    }
  }

  /** The defect that this is, mended by a rewrite of the file as it is read in a storage. */
  Defect defect(TableStore store, Finding damage, Storage readable) {
    return new Defect(
        Defect.Weight.READERS,
        file.path(),
        damage.what(),
        "write its " + file.liveRows() + " live rows to a new file; all of them can be read",
        0,
        () -> rewrite(store, readable));
  }

  private void rewrite(TableStore store, Storage readable) {
    long ignored = store.fence();
    try (DataFileReaders readers = new DataFileReaders(readable, CacheOptions.defaults())) {
      DamagedCopies.copy(files, file.path());
      List<WrittenFile> outputs = new ArrayList<>();
      for (CompactionTask task : tasks(store, readers)) {
        CompactionOutcome outcome =
            CompactionExecutor.run(
                task,
                new CompactionEnvironment(
                    files,
                    readers,
                    next -> store.newDataFilePath(next.outputLevel()),
                    () -> false));
        outputs.addAll(outcome.outputs());
      }
      Version after =
          store.commitRewrite(
              current -> {
                LiveFile now = current.file(file.path());
                if (now == null || !now.equals(file)) {
                  throw new CommitConflictException(
                      "Somebody else has changed the rows of " + file.path(), null);
                }
                return new RewriteCommit(
                    List.of(now), outputs, Map.of(), Map.of(SummaryKeys.JOB, "repair"));
              });
      if (after.file(file.path()) != null) {
        throw new IllegalStateException(file.path() + " is still in the table");
      }
    } catch (IOException e) {
      throw new StorageException("Cannot keep a copy of " + file.path(), e);
    }
  }

  private List<CompactionTask> tasks(TableStore store, DataFileReaders readers) {
    KeyRange range;
    try (DataFileReader reader = readers.open(file.path(), file.lengthBytes(), version.schema())) {
      byte[] first = reader.firstKey();
      byte[] last = reader.lastKey();
      range = first == null || last == null ? KeyRange.EMPTY : KeyRange.of(first, last);
    }
    CompactionPlan plan =
        new CompactionPlan(
            CompactionPlan.Kind.MASKED,
            List.of(
                new CompactionFile(
                    file.path(),
                    CompactionFile.Origin.FIRN,
                    file.levelHint(),
                    range,
                    file.lengthBytes(),
                    file.rowCount(),
                    file.deleted().cardinality(),
                    0,
                    file.dataSequenceNumber())),
            file.levelHint(),
            0);
    TaskPlanner planner =
        new TaskPlanner(readers, CompactionOptions.defaults(), store.location() + "/data");
    WriterOptions options =
        file.levelHint() == 0 ? WriterOptions.forLookups() : WriterOptions.forScans();
    return planner.tasks(plan, version, options).orElseThrow();
  }
}
