package io.firn.catalog;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.jspecify.annotations.Nullable;

/**
 * A data file of a {@link Version} with the rows deleted from it. Immutable; two are equal if they
 * are the same file with the same deletion vector.
 */
public final class LiveFile {
  /** The first row's id where rows have none: before format version 3. */
  public static final long NO_ROW_ID = -1;

  private final DataFile dataFile;
  private final String path;
  private final DeletionVector deleted;
  private final @Nullable DeleteFile dvFile;
  private final long dataSequenceNumber;
  private final long firstRowId;
  private final int levelHint;

  LiveFile(
      DataFile dataFile,
      DeletionVector deleted,
      @Nullable DeleteFile dvFile,
      long dataSequenceNumber,
      long firstRowId) {
    this.dataFile = dataFile;
    this.path = dataFile.location();
    this.deleted = deleted;
    this.dvFile = dvFile;
    this.dataSequenceNumber = dataSequenceNumber;
    this.firstRowId = firstRowId;
    this.levelHint = DataFileName.levelOf(path);
  }

  /** This file with another deletion vector. */
  LiveFile with(DeletionVector nowDeleted, DeleteFile nowDvFile) {
    return new LiveFile(dataFile, nowDeleted, nowDvFile, dataSequenceNumber, firstRowId);
  }

  /** The file's path, exactly as the table's metadata spells it. */
  public String path() {
    return path;
  }

  /** Iceberg's entry, with the statistics of the key columns at least. */
  public DataFile dataFile() {
    return dataFile;
  }

  /** The positions of the deleted rows. */
  public DeletionVector deleted() {
    return deleted;
  }

  /**
   * Iceberg's entry of the deletion vector, or of the file of position deletes that stands for one
   * in format version 2; null if no row is deleted.
   */
  public @Nullable DeleteFile dvFile() {
    return dvFile;
  }

  /** How many rows the file holds, deleted ones included. */
  public long rowCount() {
    return dataFile.recordCount();
  }

  /** How many rows are not deleted. */
  public long liveRows() {
    return rowCount() - deleted.cardinality();
  }

  /** The file's length in bytes. */
  public long lengthBytes() {
    return dataFile.fileSizeInBytes();
  }

  /** True if the file's name is one that Firn gives; false for a file another engine wrote. */
  public boolean namedByFirn() {
    return DataFileName.isOurs(path);
  }

  /** The level in the file's name; 0 for a file another engine wrote. */
  public int levelHint() {
    return levelHint;
  }

  /** Iceberg's data sequence number: the age of the rows, newest highest. */
  public long dataSequenceNumber() {
    return dataSequenceNumber;
  }

  /**
   * The {@code _row_id} of the first row, for rows that store none of their own; {@link #NO_ROW_ID}
   * in format version 2.
   */
  public long firstRowId() {
    return firstRowId;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LiveFile that && path.equals(that.path) && deleted.equals(that.deleted);
  }

  @Override
  public int hashCode() {
    return path.hashCode() * 31 + Long.hashCode(deleted.cardinality());
  }

  @Override
  public String toString() {
    return path + " (" + rowCount() + " rows, " + deleted + ")";
  }
}
