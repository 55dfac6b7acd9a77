package io.firn.format;

import io.firn.error.SchemaMismatchException;
import io.firn.error.StorageException;
import io.firn.format.FileScan.Direction;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * One open data file, shared by all who read it. It is held by those who retained it and closes
 * when the last has released it. Safe for use by several threads.
 */
final class OpenFile {

  private static final int MAX_PROJECTIONS = 64;

  /** A scan of no more rows than this is short: such scans are often repeated. */
  private static final long FEW_ROWS = 16 * 1024;

  private final SourceFile file;
  private final FileLayout layout;
  private final KeyCodec codec;
  private final PageCache cache;
  private final AtomicInteger holders = new AtomicInteger(1);
  private final ConcurrentHashMap<NestedField, Optional<FileColumn>> columns =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Projection, ProjectedColumns> projections =
      new ConcurrentHashMap<>();
  private volatile @Nullable ProjectedColumns latest;
  private final ConcurrentHashMap<Projection, RowBlocks> rows = new ConcurrentHashMap<>();
  private volatile @Nullable RowBlocks latestRows;
  private volatile @Nullable KeyOrder keys;
  private final Object keysLock = new Object();

  private OpenFile(SourceFile file, FileLayout layout, KeyCodec codec, PageCache cache) {
    this.file = file;
    this.layout = layout;
    this.codec = codec;
    this.cache = cache;
  }

  /** Opens a file, held once by the caller. */
  static OpenFile open(
      Storage storage,
      String path,
      long length,
      KeyCodec codec,
      PageCache cache,
      PageCodec codecs,
      ReadMetrics metrics) {
    SourceFile file = SourceFile.open(storage, path, length, metrics);
    try {
      DataFileIndex index = file.index();
      FileLayout layout =
          index == null ? FooterLayout.read(file, codecs) : new IndexLayout(file, codecs, index);
      return new OpenFile(file, layout, codec, cache);
    } catch (IOException e) {
      throw closing(file, new StorageException("cannot read " + path + ": " + e.getMessage(), e));
    } catch (RuntimeException e) {
      throw closing(file, e);
    }
  }

  private static RuntimeException closing(SourceFile file, RuntimeException failure) {
    try {
      file.close();
    } catch (StorageException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /** Holds the file; false if it is closed already. */
  boolean retain() {
    int count = holders.get();
    while (count > 0) {
      if (holders.compareAndSet(count, count + 1)) {
        return true;
      }
      count = holders.get();
    }
    return false;
  }

  /** Undoes one {@link #retain} or the opening. */
  void release() {
    if (holders.decrementAndGet() == 0) {
      columns.values().forEach(column -> column.ifPresent(FileColumn::close));
      rows.values().forEach(RowBlocks::close);
      if (keys instanceof EncodedKeys encoded) {
        encoded.close();
      }
      file.close();
    }
  }

  String path() {
    return file.path();
  }

  long rowCount() {
    return layout.rowCount();
  }

  @Nullable DataFileIndex index() {
    return layout.index();
  }

  /** The bytes the file takes in memory beside its decoded pages, roughly. */
  long bytes() {
    KeyOrder order = keys;
    return layout.bytes()
        + (order == null ? 0 : order.bytes())
        + rows.values().stream().mapToLong(RowBlocks::bytes).sum()
        + 1024;
  }

  /** The order of the keys; the file must have rows. */
  KeyOrder keys() {
    KeyOrder known = keys;
    if (known != null) {
      return known;
    }
    // One thread finds out, because that may mean to read all keys.
    synchronized (keysLock) {
      known = keys;
      if (known == null) {
        known = findKeys();
        keys = known;
      }
      return known;
    }
  }

  private KeyOrder findKeys() {
    List<FileColumn> opened = new ArrayList<>();
    for (NestedField field : codec.keyType().fields()) {
      FileColumn column = column(field);
      if (column == null) {
        throw new SchemaMismatchException(path() + " lacks the key column " + field.name());
      }
      opened.add(column);
    }
    KeyColumns keyColumns = new KeyColumns(codec, opened);
    DataFileIndex index = layout.index();
    KeyOrder order = index == null ? null : KeyOrders.indexed(index, codec, keyColumns, cache);
    return order != null ? order : KeyOrders.scanned(rowCount(), keyColumns, cache, path());
  }

  private @Nullable FileColumn column(NestedField wanted) {
    return columns
        .computeIfAbsent(wanted, field -> Optional.ofNullable(layout.open(field, cache)))
        .orElse(null);
  }

  /** How this file answers a projection. */
  ProjectedColumns project(Projection projection) {
    ProjectedColumns recent = latest;
    if (recent != null && recent.projection() == projection) {
      return recent;
    }
    ProjectedColumns known = projections.get(projection);
    if (known == null) {
      if (projections.size() >= MAX_PROJECTIONS) {
        projections.clear();
      }
      known = new ProjectedColumns(projection, path(), this::column);
      projections.put(projection, known);
    }
    latest = known;
    return known;
  }

  /** The rows for lookups; the file must have some. */
  RowBlocks rows(Projection projection) {
    RowBlocks recent = latestRows;
    if (recent != null && recent.projection() == projection) {
      return recent;
    }
    if (rows.size() >= MAX_PROJECTIONS) {
      rows.values().forEach(RowBlocks::close);
      rows.clear();
    }
    RowBlocks known =
        rows.computeIfAbsent(
            projection,
            wanted ->
                new RowBlocks(project(wanted), wanted.rows(), rowCount(), file.length(), cache));
    latestRows = known;
    return known;
  }

  /**
   * Scans rows {@code [from, to)}.
   *
   * @param rowsInAll as {@link DataFileReader#scan} has it
   */
  RowScan scan(
      Projection projection,
      long from,
      long to,
      @Nullable Expression pruning,
      RowMask deleted,
      Direction direction,
      long rowsInAll) {
    RowRanges ranges = RowRanges.of(Math.max(0, from), Math.min(to, rowCount()));
    if (pruning != null && ranges.rows() > 0) {
      ranges = ranges.intersect(PagePruner.ranges(pruning, layout, projection.schema()));
    }
    ProjectedColumns projected = project(projection);
    hold();
    boolean few = ranges.rows() <= FEW_ROWS;
    return new FileScan(
        projected,
        ranges,
        direction,
        few || cache.isWorthKeeping(projected.rowBytes(), rowsInAll),
        few ? kept(projection, ranges.rows(), deleted) : null,
        this::release);
  }

  /** The rows that are kept, or will be, as a source for a short scan; null if none are. */
  private @Nullable KeptRows kept(Projection projection, long scanned, RowMask deleted) {
    RowBlocks blocks =
        scanned > 0 && scanned <= RowBlocks.MOST_ROWS && projection.isWhole()
            ? rows(projection)
            : rows.get(projection);
    return blocks == null ? null : new KeptRows(blocks, deleted, blocks.isShort(scanned));
  }

  /** Scans the rows with keys in {@code [fromKey, toKey)} in order of key. */
  RowScan scanKeys(
      Projection projection,
      byte @Nullable [] fromKey,
      byte @Nullable [] toKey,
      @Nullable Expression pruning,
      Direction direction) {
    if (rowCount() == 0) {
      return scan(projection, 0, 0, null, RowMask.NONE, direction, DataFileReader.ONCE);
    }
    long from = fromKey == null ? 0 : keys().lowerBound(fromKey);
    long to = toKey == null ? rowCount() : keys().lowerBound(toKey);
    if (keys().sorted()) {
      return scan(projection, from, to, pruning, RowMask.NONE, direction, DataFileReader.ONCE);
    }
    ProjectedColumns projected = project(projection);
    hold();
    return new PermutedScan(projected, keys(), from, to, direction, this::release);
  }

  private void hold() {
    if (!retain()) {
      throw new IllegalStateException(path() + " is closed");
    }
  }
}
