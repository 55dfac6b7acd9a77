package io.firn.benchmarks.jmh;

import io.firn.catalog.LiveFile;
import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.compaction.CompactionEnvironment;
import io.firn.compaction.CompactionExecutor;
import io.firn.compaction.CompactionFile;
import io.firn.compaction.CompactionOptions;
import io.firn.compaction.CompactionPlan;
import io.firn.compaction.CompactionTask;
import io.firn.compaction.KeyRange;
import io.firn.compaction.TaskPlanner;
import io.firn.format.CacheOptions;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.WriterOptions;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The compaction of a whole table into one sorted run, as tasks that can be run again and again.
 */
final class CompactionOfRuns implements AutoCloseable {

  private static final int LEVEL = 1;

  private final Storage storage = new LocalStorage();
  private final DataFileReaders readers =
      new DataFileReaders(storage, CacheOptions.defaults().withPageBytes(0));
  private final List<CompactionTask> tasks;
  private final CompactionEnvironment environment;

  private CompactionOfRuns(TableOfRuns data) {
    AtomicInteger outputs = new AtomicInteger();
    this.environment =
        new CompactionEnvironment(
            storage,
            readers,
            task -> data.scratch().path("merged-" + outputs.incrementAndGet() + ".parquet"),
            () -> false);
    try (TableStore store =
        TableStore.open(TableLocation.ofPath(data.table().location()), storage)) {
      Version version = store.version();
      List<CompactionFile> inputs = new ArrayList<>();
      for (LiveFile file : version.files().values()) {
        inputs.add(input(file, version));
      }
      this.tasks =
          new TaskPlanner(
                  readers, CompactionOptions.defaults(), data.scratch().directory().toString())
              .tasks(
                  new CompactionPlan(CompactionPlan.Kind.FULL, inputs, LEVEL, 0),
                  version,
                  WriterOptions.forScans())
              .orElseThrow();
    }
  }

  static CompactionOfRuns of(TableOfRuns data) {
    return new CompactionOfRuns(data);
  }

  private CompactionFile input(LiveFile file, Version version) {
    try (DataFileReader reader = readers.open(file.path(), file.lengthBytes(), version.schema())) {
      return new CompactionFile(
          file.path(),
          CompactionFile.Origin.FIRN,
          file.levelHint(),
          KeyRange.of(
              Objects.requireNonNull(reader.firstKey()), Objects.requireNonNull(reader.lastKey())),
          file.lengthBytes(),
          file.rowCount(),
          0,
          0,
          file.dataSequenceNumber());
    }
  }

  /** Merges everything, deletes what was written, and returns the number of rows. */
  long run() throws IOException {
    long rows = 0;
    for (CompactionTask task : tasks) {
      for (WrittenFile written : CompactionExecutor.run(task, environment).outputs()) {
        rows += written.rowCount();
        storage.delete(written.path());
      }
    }
    return rows;
  }

  @Override
  public void close() {
    readers.close();
  }
}
