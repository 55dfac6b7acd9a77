package io.firn.engine;

import io.firn.engine.internal.owner.OwnerLock;
import io.firn.engine.internal.wal.WriteAheadLog;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Puts the parts of a table open for writing together and starts them. */
final class WriterAssembly {

  private WriterAssembly() {}

  /**
   * Starts an engine for writing.
   *
   * @param recovered memtables from the log, whose flushes are the first work
   */
  static Engine start(
      EngineParts parts, WriteAheadLog log, OwnerLock lock, List<PendingFlush> recovered) {
    AtomicReference<@Nullable Engine> engine = new AtomicReference<>();
    Maintenance maintenance =
        new Maintenance(
            parts,
            () -> {
              Engine started = engine.get();
              if (started != null) {
                started.refresh();
              }
            },
            () -> {
              Engine started = engine.get();
              if (started != null) {
                started.adoptSchema();
                started.offerSettlement();
              }
            });
    FlushPipeline pipeline =
        new FlushPipeline(
            parts,
            log,
            () -> {
              Engine started = engine.get();
              if (started != null) {
                started.adoptSchema();
              }
              maintenance.afterFlush();
            });
    FlushService flushes = new FlushService(parts, pipeline);
    WritePath writes = new WritePath(parts, log, flushes);
    OwnerChannel owner = new OwnerChannel(lock);
    WriterParts writer =
        new WriterParts(
            writes,
            flushes,
            maintenance,
            log,
            owner,
            parts.options().value(OptionKey.CLOSE_MILLIS_MAX) * 1_000_000);
    Engine started = new Engine(parts, writer);
    engine.set(started);
    try {
      flushes.start(writes);
      recovered.forEach(flushes::offer);
      started.offerSettlement();
      maintenance.start();
      owner.listen(started);
      return started;
    } catch (RuntimeException | Error e) {
      writer.stopServices(new CloseSequence());
      throw e;
    }
  }
}
