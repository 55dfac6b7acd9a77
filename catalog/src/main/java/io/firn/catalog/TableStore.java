package io.firn.catalog;

import io.firn.storage.Storage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;

/** One Iceberg table as Firn commits to it. */
public final class TableStore implements AutoCloseable {

  /** The epoch of a store that has not called {@link #fence()}. */
  public static final long NO_EPOCH = -1;

  private TableStore() {}

  /** True if a table stands at this place. */
  public static boolean exists(TableLocation location, Storage storage) {
    throw new UnsupportedOperationException();
  }

  /** Creates a table and opens it. */
  public static TableStore create(
      TableLocation location,
      Storage storage,
      Schema schema,
      List<String> keyColumns,
      Map<String, String> properties) {
    throw new UnsupportedOperationException();
  }

  /** Opens a table. */
  public static TableStore open(TableLocation location, Storage storage) {
    throw new UnsupportedOperationException();
  }

  /** The version of the last commit or refresh. */
  public Version version() {
    throw new UnsupportedOperationException();
  }

  /** Adopts what others have committed. */
  public Version refresh() {
    throw new UnsupportedOperationException();
  }

  /** The version of a retained snapshot. */
  public Version versionAt(long snapshotId) {
    throw new UnsupportedOperationException();
  }

  /** The table's UUID. */
  public String uuid() {
    throw new UnsupportedOperationException();
  }

  /** The table's directory, without a trailing slash. */
  public String location() {
    throw new UnsupportedOperationException();
  }

  /** An Iceberg table fixed at the current version; reading only. */
  public Table table() {
    throw new UnsupportedOperationException();
  }

  /** The table's properties. */
  public Map<String, String> properties() {
    throw new UnsupportedOperationException();
  }

  /** Sets and removes table properties. */
  public void updateProperties(Map<String, String> set, Set<String> remove) {
    throw new UnsupportedOperationException();
  }

  /** Takes a new epoch; commits of every other holder fail from now on. */
  public long fence() {
    throw new UnsupportedOperationException();
  }

  /** The epoch of {@link #fence()}, or {@link #NO_EPOCH}. */
  public long epoch() {
    throw new UnsupportedOperationException();
  }

  /** A fresh name for a data file of a level. */
  public String newDataFilePath(int level) {
    throw new UnsupportedOperationException();
  }

  /** Commits a flush. */
  public Version commitFlush(Function<Version, FlushCommit> prepare) {
    throw new UnsupportedOperationException();
  }

  /** Commits a compaction. */
  public Version commitRewrite(Function<Version, RewriteCommit> prepare) {
    throw new UnsupportedOperationException();
  }

  /** Takes snapshots out of the metadata. */
  public ExpireResult expire(ExpirePolicy policy, Set<String> keep) {
    throw new UnsupportedOperationException();
  }

  /** The retained snapshots, oldest first. */
  public List<SnapshotInfo> snapshots() {
    throw new UnsupportedOperationException();
  }

  /** Files of Firn's own names that no retained metadata names. */
  public List<String> orphans(Set<String> inFlight, long modifiedBeforeMillis) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
