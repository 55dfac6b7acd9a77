package io.firn.format;

import java.io.Serializable;
import java.util.List;
import org.apache.iceberg.Metrics;

/**
 * A data file that is complete and durable, with what a commit has to say about it.
 *
 * @param path the absolute path
 * @param lengthBytes the file's length
 * @param rowCount the number of rows, at least one
 * @param metrics counts and bounds for Iceberg's metadata
 * @param splitOffsets where row groups begin, ascending
 * @param firstKey the least encoded key
 * @param lastKey the greatest encoded key
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record WrittenFile(
    String path,
    long lengthBytes,
    long rowCount,
    Metrics metrics,
    List<Long> splitOffsets,
    byte[] firstKey,
    byte[] lastKey)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  public WrittenFile {
    splitOffsets = List.copyOf(splitOffsets);
    firstKey = firstKey.clone();
    lastKey = lastKey.clone();
  }

  /** A copy of the least encoded key. */
  @Override
  public byte[] firstKey() {
    return firstKey.clone();
  }

  /** A copy of the greatest encoded key. */
  @Override
  public byte[] lastKey() {
    return lastKey.clone();
  }
}
