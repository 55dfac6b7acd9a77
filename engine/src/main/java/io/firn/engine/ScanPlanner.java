package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.engine.internal.memtable.MemtableCursor;
import io.firn.format.KeyList;
import io.firn.format.Projection;
import io.firn.format.RowFilter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.jspecify.annotations.Nullable;

/** Decides how a scan is answered: by merging in key order, or file by file. */
final class ScanPlanner {

  private final ScanRequest request;
  private final ReadState state;
  private final Projections projections;
  private final ScanWorkers workers;
  private final @Nullable Expression pruning;

  private ScanPlanner(
      ScanRequest request, ReadState state, Projections projections, ScanWorkers workers) {
    this.request = request;
    this.state = state;
    this.projections = projections;
    this.workers = workers;
    this.pruning = request.filter().op() != Expression.Operation.TRUE ? request.filter() : null;
  }

  private @Nullable RowFilter filter(Schema read) {
    return pruning == null ? null : RowFilter.of(read, pruning);
  }

  /**
   * Opens the stream.
   *
   * @param state becomes the stream's, which closes it
   */
  static BatchStream open(
      ScanRequest request, ReadState state, Projections projections, ScanWorkers workers) {
    try {
      ScanPlanner planner = new ScanPlanner(request, state, projections, workers);
      if (request.isEmptyRange()) {
        return planner.merged(List.of(), planner.mergeProjection());
      }
      return request.order() == ScanRequest.Order.ANY ? planner.concatenated() : planner.ordered();
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  private Projection mergeProjection() {
    return projections.of(request.columnsToMerge());
  }

  private BatchStream ordered() {
    Projection projection = mergeProjection();
    List<MergeSource> sources = memtableSources(projection.schema());
    FileSet files = state.view().files();
    List<List<FileView>> runs = new ArrayList<>();
    for (int run = 0; run < files.runCount(); run++) {
      List<FileView> inRange = inRange(files, run);
      if (!inRange.isEmpty()) {
        runs.add(inRange);
      }
    }
    boolean descending = request.order() == ScanRequest.Order.DESCENDING;
    boolean many = request.limit() > ReadAhead.ROWS_WORTH_WORKERS;
    if (runs.size() == 1 && sources.isEmpty() && !descending && many) {
      return concatenated(runs.get(0), new KeyList(), List.of(), true);
    }
    long[] rows = runs.stream().mapToLong(ScanPlanner::rowCount).toArray();
    double all = Math.max(1, LongStream.of(rows).sum());
    for (int i = 0; i < rows.length; i++) {
      Iterator<FileView> run = inOrder(runs.get(i), descending);
      sources.add(new FileRunSource(request, run, rows[i] / all, projection, pruning));
    }
    return merged(sources, projection);
  }

  private static long rowCount(List<FileView> files) {
    long rows = 0;
    for (FileView file : files) {
      rows += file.live().rowCount();
    }
    return rows;
  }

  private BatchStream concatenated() {
    FileSet files = state.view().files();
    List<FileView> all = new ArrayList<>();
    for (int run = 0; run < files.runCount(); run++) {
      all.addAll(inRange(files, run));
    }
    Schema read = projections.of(request.columnsToRead()).schema();
    return concatenated(all, memtableKeys(), memtableSources(read), false);
  }

  private BatchStream concatenated(
      List<FileView> files, KeyList hidden, List<MergeSource> memtables, boolean inOrder) {
    List<ScanPart> parts = new ArrayList<>();
    for (FileView file : files) {
      DeletionVector masked = file.deleted().union(MaskResolver.resolve(hidden, file));
      if (masked.cardinality() < file.live().rowCount()) {
        parts.addAll(ScanPart.of(file, masked, request));
      }
    }
    Projection projection = projections.of(request.columnsToRead());
    Schema read = projection.schema();
    RowFilter filter = filter(read);
    return new ConcatenatedStream(
        new ReadAhead(workers, parts, request.limit(), projection, pruning, filter, inOrder),
        new MergedStream(request, read, memtables, filter, () -> {}),
        state::close);
  }

  private BatchStream merged(List<MergeSource> sources, Projection projection) {
    Schema read = projection.schema();
    return new MergedStream(request, read, sources, filter(read), state::close);
  }

  /** The files of a run that the range and the filter leave. */
  private List<FileView> inRange(FileSet files, int run) {
    List<FileView> inRange = new ArrayList<>(files.range(run, request.from(), request.to()));
    if (pruning != null) {
      InclusiveMetricsEvaluator metrics =
          new InclusiveMetricsEvaluator(request.schema().schema(), pruning);
      inRange.removeIf(file -> !metrics.eval(file.live().dataFile()));
    }
    return inRange;
  }

  private static Iterator<FileView> inOrder(List<FileView> run, boolean descending) {
    if (!descending) {
      return run.iterator();
    }
    List<FileView> reversed = new ArrayList<>();
    for (int i = run.size() - 1; i >= 0; i--) {
      reversed.add(run.get(i));
    }
    return reversed.iterator();
  }

  private List<MergeSource> memtableSources(Schema read) {
    boolean descending = request.order() == ScanRequest.Order.DESCENDING;
    List<MergeSource> sources = new ArrayList<>();
    long age = Long.MAX_VALUE;
    for (SchemaMemtable rows : state.view().newestFirst()) {
      Memtable memtable = rows.memtable();
      if (memtable.count() > 0) {
        MemtableCursor cursor =
            descending
                ? memtable.descending(request.from(), request.to(), state.sequence())
                : memtable.ascending(request.from(), request.to(), state.sequence());
        sources.add(
            new MemtableSource(
                new EntryCursor(memtable, cursor),
                new MemtableRows(rows.schema(), request.schema()),
                read,
                age));
      }
      age--;
    }
    return sources;
  }

  /** Every key the memtables have in the range, ascending, once. */
  private KeyList memtableKeys() {
    KeyList keys = new KeyList();
    MergedKeys merged = new MergedKeys(memtableCursors());
    while (merged.next()) {
      keys.add(merged.keyBytes(), merged.keyOffset(), merged.keyLength());
    }
    return keys;
  }

  private List<EntryCursor> memtableCursors() {
    List<EntryCursor> cursors = new ArrayList<>();
    for (SchemaMemtable rows : state.view().newestFirst()) {
      Memtable memtable = rows.memtable();
      if (memtable.count() > 0) {
        cursors.add(
            new EntryCursor(
                memtable, memtable.ascending(request.from(), request.to(), state.sequence())));
      }
    }
    return cursors;
  }
}
