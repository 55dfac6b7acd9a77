package io.firn.engine;

import io.firn.catalog.Lease;
import io.firn.catalog.SnapshotInfo;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.error.InvalidArgumentException;
import io.firn.error.NotATableException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.format.TableSchema;
import io.firn.service.MaintenanceGate;
import io.firn.service.ServiceHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an open table, and what can be asked of them together. It decides nothing itself:
 * {@link WritePath} takes writes, {@link FlushPipeline} brings them into the table, {@link
 * TableReads} answers reads, {@link WriterParts} owns the background services, {@link EngineCloser}
 * takes everything down again.
 */
final class Engine {

  private final EngineParts parts;
  private final TableStore store;
  private final TableState state;
  private final FirnOptions options;
  private final EventDispatcher events;
  private final FailureLatch failures;
  private final SnapshotRegistry snapshots;
  private final EngineCloser closer;
  private final @Nullable WriterParts writer;
  private volatile TableReads reads;

  Engine(EngineParts parts, @Nullable WriterParts writer) {
    this.parts = parts;
    this.store = parts.store();
    this.state = parts.state();
    this.options = parts.options();
    this.events = parts.events();
    this.failures = parts.failures();
    this.snapshots = parts.snapshots();
    this.writer = writer;
    this.reads = new TableReads(store.version().schema(), parts);
    this.closer = new EngineCloser(parts, writer);
  }

  private WriterParts writer() {
    if (writer == null) {
      throw new InvalidArgumentException(
          "The table at " + store.location() + " is open for reading only");
    }
    return writer;
  }

  TableSchema tableSchema() {
    return reads.schema();
  }

  List<String> keyColumns() {
    return reads.keyColumns();
  }

  FirnOptions options() {
    return options;
  }

  String location() {
    return store.location();
  }

  void addListener(TableListener listener) {
    events.add(listener);
  }

  WriteOptions defaultWriteOptions() {
    return WriteOptions.of(options.durability());
  }

  WriteToken write(WriteBatch batch, WriteOptions write) {
    return new PendingToken(this, writer().writes().write(batch, write.durability()));
  }

  void awaitDurable(long sequence) {
    writer().writes().awaitDurable(sequence);
  }

  Optional<Record> get(Object... key) {
    try (ReadState now = ReadState.acquire(state)) {
      return reads.get(now, key);
    }
  }

  List<Optional<Record>> multiGet(List<? extends List<?>> keys) {
    try (ReadState now = ReadState.acquire(state)) {
      return reads.multiGet(now, keys);
    }
  }

  Scan scan() {
    return reads.scan(() -> ReadState.acquire(state));
  }

  TableSnapshot snapshot() {
    StateSnapshot snapshot = new StateSnapshot(reads, ReadState.acquire(state), snapshots);
    snapshots.enforce(state.peek());
    return snapshot;
  }

  FlushResult flush() {
    closer.checkOpen();
    WriterParts parts = writer();
    failures.check();
    parts.rotateForFlush();
    FlushResult flushed = awaitFlushed(state.pendingSequence(), Long.MAX_VALUE);
    // The worker does so too, but perhaps later than the caller makes its next batch.
    adoptSchema();
    return flushed;
  }

  /**
   * Waits until every write up to a sequence number is in the table's files, asking for a flush if
   * need be.
   */
  FlushResult awaitFlushed(long sequence, long nanos) {
    WriterParts parts = writer();
    return parts.flushes().awaitFlushed(sequence, nanos, parts::rotateForFlush);
  }

  CompactionReport compact(CompactionKind kind) {
    closer.checkOpen();
    WriterParts parts = writer();
    failures.check();
    FlushResult ignored = flush();
    parts.flushes().pipeline().settle();
    return parts.maintenance().compact(kind);
  }

  List<PlannedJob> planCompaction(CompactionKind kind) {
    return levels().plan(kind);
  }

  private LevelReport levels() {
    return writer == null ? LevelReport.ofReader(parts) : writer.maintenance().levels();
  }

  int sweep() {
    closer.checkOpen();
    return writer().maintenance().sweep();
  }

  long refresh() {
    closer.checkOpen();
    try {
      exclusively(
          () -> {
            unlessRefused(store::refresh);
            state.installVersion(null);
            follow();
            state.publish(store.version().flushedSequence());
          });
      if (writer != null && !failures.failed()) {
        unlessRefused(store::checkWritable);
        writer.flushes().pipeline().settle();
      }
    } finally {
      failures.tell();
    }
    return store.version().snapshotId();
  }

  void updateSchema(Consumer<? super UpdateSchema> change) {
    closer.checkOpen();
    WriterParts ignored = writer();
    failures.check();
    try {
      exclusively(
          () -> {
            store.updateSchema(change);
            state.installVersion(null);
            follow();
          });
    } finally {
      failures.tell();
    }
  }

  /**
   * A table that another engine has made one we cannot write takes no more writes, which could
   * never be flushed. It can still be read, at the last version that could be adopted.
   */
  private void unlessRefused(Runnable check) {
    try {
      check.run();
    } catch (SchemaMismatchException | UnsupportedFeatureException | NotATableException e) {
      if (writer != null) {
        failures.fail(e);
      }
      throw e;
    }
  }

  /** Has what a foreign commit has left settled soon, if there is something. */
  void offerSettlement() {
    if (writer != null && !store.version().unsettled().isEmpty()) {
      writer.flushes().offerSettlement();
    }
  }

  /** Follows a change of the schema that a commit has found. Call it without any lock. */
  void adoptSchema() {
    if (store.version().schema() != reads.schema()) {
      exclusively(this::follow);
    }
  }

  /** Keeps maintenance out meanwhile, where there is any. */
  private void exclusively(Runnable change) {
    if (writer == null) {
      change.run();
      return;
    }
    MaintenanceGate.Pass pass = writer.maintenance().enterExclusive();
    try {
      change.run();
    } finally {
      pass.close();
    }
    writer.flushes().runInline();
  }

  private void follow() {
    Version version = store.version();
    if (version.schema() == reads.schema()) {
      return;
    }
    TableReads following = new TableReads(version.schema(), parts);
    if (writer == null) {
      reads = following;
    } else {
      writer.writes().adoptSchema(version, () -> reads = following);
    }
  }

  TableStats stats() {
    return StatsReport.of(parts, writer);
  }

  ServiceHealth health() {
    ServiceHealth health = writer == null ? ServiceHealth.HEALTHY : writer.health();
    Throwable failure = failures.failure();
    return failure == null
        ? health
        : health.and(
            new ServiceHealth(
                ServiceHealth.Level.UNHEALTHY, List.of("Writes are refused since " + failure)));
  }

  List<FileInfo> files() {
    SuperVersion view = state.acquire();
    try {
      List<FileInfo> files = new ArrayList<>();
      LevelReport report = levels();
      Map<String, Integer> levels = report.byPath();
      for (FileView file : view.files().files()) {
        files.add(fileInfo(file, levels));
      }
      files.sort(Comparator.comparingInt(FileInfo::level).thenComparing(FileInfo::path));
      return files;
    } finally {
      view.release();
    }
  }

  private FileInfo fileInfo(FileView file, Map<String, Integer> levels) {
    TableSchema schema = reads.schema();
    return new FileInfo(
        file.live().path(),
        levels.getOrDefault(file.live().path(), file.live().levelHint()),
        file.live().lengthBytes(),
        file.live().rowCount(),
        file.deleted().cardinality(),
        keyValues(schema.keys().decode(file.firstKey())),
        keyValues(schema.keys().decode(file.lastKey())),
        file.live().dataSequenceNumber());
  }

  private static List<Object> keyValues(Record key) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      values.add(key.get(i));
    }
    return values;
  }

  List<SnapshotInfo> snapshots() {
    return store.snapshots();
  }

  Lease lease(String name, Duration duration) {
    closer.checkOpen();
    long snapshot = store.refresh().snapshotId();
    if (snapshot == Version.NO_SNAPSHOT) {
      throw new InvalidArgumentException(
          "The table at " + store.location() + " has no snapshot to keep yet");
    }
    return store.lease(name, snapshot, duration);
  }

  List<Lease> leases() {
    return store.leases();
  }

  void releaseLease(String name) {
    closer.checkOpen();
    store.release(name);
  }

  void close() {
    closer.close();
  }
}
