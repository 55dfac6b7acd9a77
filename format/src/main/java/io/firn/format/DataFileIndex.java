package io.firn.format;

import io.firn.error.CorruptionException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.jspecify.annotations.Nullable;

/**
 * What Firn knows about a data file it wrote: a filter over its keys, the first key of every key
 * block, and where every page of every column is. It stands within the file and is derived from it;
 * a file without one is read by its Parquet footer. Immutable and safe for use by several threads.
 *
 * <p>A key block is a range of rows whose key columns fill exactly one page each. The bytes are
 * specified in {@code docs/format.md}.
 */
public final class DataFileIndex {

  /** The key in the Parquet footer whose value says where the index section is. */
  public static final String FOOTER_KEY = "firn.index";

  static final byte[] MAGIC = "FIRNIDX1".getBytes(StandardCharsets.US_ASCII);

  /** Magic, checksum and length. */
  static final int HEADER_BYTES = 16;

  private final int contentChecksum;
  private final @Nullable Integer tailChecksum;
  private final long rowCount;
  private final byte[] firstKey;
  private final byte[] lastKey;
  private final @Nullable KeyFilter filter;
  private final long[] groupFirstRows;
  private final KeyList blockKeys = new KeyList();
  private final long[] blockFirstRows;
  private final List<ColumnLayout> columns = new ArrayList<>();
  private final byte[] schemaJson;
  private final long bytes;

  private DataFileIndex(SectionReader source) {
    this.contentChecksum = source.readInt();
    this.rowCount = source.readVarint();
    this.firstKey = source.readBytes();
    this.lastKey = source.readBytes();
    int filterBlocks = source.readSize();
    this.filter =
        filterBlocks == 0
            ? null
            : KeyFilter.of(
                source.bytes(),
                source.skip((long) filterBlocks * KeyFilter.BLOCK_BYTES),
                filterBlocks);
    this.groupFirstRows = new long[source.readCount(1) + 1];
    for (int i = 1; i < groupFirstRows.length; i++) {
      groupFirstRows[i] = groupFirstRows[i - 1] + source.readSize();
    }
    this.blockFirstRows = new long[source.readCount(3) + 1];
    readBlocks(source);
    if (rowCount <= 0
        || groupFirstRows[groupFirstRows.length - 1] != rowCount
        || blockFirstRows[blockFirstRows.length - 1] != rowCount
        || blockKeys.compare(0, firstKey) != 0) {
      throw source.corrupt("rows, row groups and key blocks do not add up");
    }
    int columnCount = source.readCount(8);
    for (int i = 0; i < columnCount; i++) {
      columns.add(new ColumnLayout(source, groupFirstRows));
    }
    this.schemaJson = source.readBytes();
    checkName(source);
    this.tailChecksum = source.remaining() > 0 ? source.readInt() : null;
    if (source.remaining() != 0) {
      throw source.corrupt("the index section has " + source.remaining() + " bytes too many");
    }
    long sum = schemaJson.length + blockKeys.bytes() + 8L * blockFirstRows.length + 256;
    sum += filter == null ? 0 : (long) filter.blocks() * KeyFilter.BLOCK_BYTES;
    for (ColumnLayout column : columns) {
      sum += column.bytes();
    }
    this.bytes = sum;
  }

  /**
   * One data file in the place of another is sound in itself. Older files do not say their name;
   * and a copy that somebody gave a name of another form is meant.
   */
  private static void checkName(SectionReader source) {
    if (source.remaining() > 0) {
      String name = new String(source.readBytes(), StandardCharsets.UTF_8);
      String found = StoragePaths.name(source.file());
      if (!name.equals(found) && form(name).equals(form(found))) {
        throw source.corrupt("this is the file " + name + " under another name");
      }
    }
  }

  private static String form(String name) {
    return name.replaceAll("[0-9a-f]+", "0");
  }

  private void readBlocks(SectionReader source) {
    byte[] previous = {};
    for (int i = 1; i < blockFirstRows.length; i++) {
      blockFirstRows[i] = blockFirstRows[i - 1] + source.readSize();
      int shared = source.readSize();
      int rest = source.readSize();
      if (shared > previous.length || rest > source.remaining()) {
        throw source.corrupt("a key longer than what is left");
      }
      byte[] key = Arrays.copyOf(previous, shared + rest);
      System.arraycopy(source.bytes(), source.skip(rest), key, shared, rest);
      if (i > 1 && KeyCodec.compare(previous, key) >= 0) {
        throw source.corrupt("the first keys of blocks do not ascend");
      }
      blockKeys.add(key);
      previous = key;
    }
  }

  /**
   * Parses an index section.
   *
   * @param file the file's name and {@code offset} the section's place in it, for messages
   * @throws CorruptionException if the checksum differs or the content is impossible
   */
  public static DataFileIndex parse(byte[] section, String file, long offset) {
    if (section.length < HEADER_BYTES
        || !Arrays.equals(section, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new CorruptionException(file, offset, "there is no index section here");
    }
    SectionReader source = new SectionReader(section, file, offset);
    source.skip(MAGIC.length);
    int checksum = source.readInt();
    int length = source.readInt();
    CRC32C crc = new CRC32C();
    crc.update(section, MAGIC.length + 4, section.length - MAGIC.length - 4);
    if (length != section.length || checksum != (int) crc.getValue()) {
      throw new CorruptionException(file, offset, "the checksum of the index section differs");
    }
    return new DataFileIndex(source);
  }

  /**
   * Reads the index of a Parquet file, or returns null if the file has none.
   *
   * @throws CorruptionException if the file is not Parquet, or its index is damaged
   */
  public static @Nullable DataFileIndex read(InputFileHandle file) throws IOException {
    IndexLocator locator = IndexLocator.find(file);
    if (locator == null) {
      return null;
    }
    byte[] section = new byte[locator.length()];
    file.readFully(locator.offset(), section, 0, section.length);
    return parse(section, file.path(), locator.offset());
  }

  /** CRC-32C of the file's bytes before the index section: pages and page headers. */
  int contentChecksum() {
    return contentChecksum;
  }

  /**
   * CRC-32C of the file's bytes behind the index section: Parquet's page indexes and its footer.
   * Null if the file is older than this field.
   */
  @Nullable Integer tailChecksum() {
    return tailChecksum;
  }

  /** The number of rows of the file, at least one. */
  public long rowCount() {
    return rowCount;
  }

  /** A copy of the least key. */
  public byte[] firstKey() {
    return firstKey.clone();
  }

  /** A copy of the greatest key. */
  public byte[] lastKey() {
    return lastKey.clone();
  }

  /** The filter over the file's keys; null if it was written without one. */
  public @Nullable KeyFilter filter() {
    return filter;
  }

  /** The number of row groups. */
  public int rowGroupCount() {
    return groupFirstRows.length - 1;
  }

  /** The first row of a row group; for the number of row groups, the number of rows. */
  public long rowGroupFirstRow(int rowGroup) {
    return groupFirstRows[rowGroup];
  }

  /** The number of key blocks. */
  public int blockCount() {
    return blockKeys.size();
  }

  /** The first key of every key block, ascending. Must not be changed. */
  public KeyList blockKeys() {
    return blockKeys;
  }

  /** The first row of a key block; for the number of blocks, the number of rows. */
  public long blockFirstRow(int block) {
    return blockFirstRows[block];
  }

  /** The only block that can hold a key: the last one whose first key is not above it, or -1. */
  public int blockOf(byte[] key) {
    int block = blockKeys.lowerBound(key);
    return block < blockKeys.size() && blockKeys.compare(block, key) == 0 ? block : block - 1;
  }

  /** The key block that holds a row. */
  public int blockOfRow(long row) {
    if (row < 0 || row >= rowCount) {
      throw new IndexOutOfBoundsException("Row " + row + " of " + rowCount);
    }
    int found = Arrays.binarySearch(blockFirstRows, row);
    return found >= 0 ? found : -found - 2;
  }

  /** The Parquet leaf columns in file order. */
  public List<ColumnLayout> columns() {
    return Collections.unmodifiableList(columns);
  }

  /** The leaf column with this Iceberg field id, or null if the file has none. */
  public @Nullable ColumnLayout column(int fieldId) {
    for (ColumnLayout column : columns) {
      if (column.fieldId() == fieldId) {
        return column;
      }
    }
    return null;
  }

  /** The schema with which the file was written. Parsed anew with each call. */
  public Schema schema() {
    return SchemaParser.fromJson(new String(schemaJson, StandardCharsets.UTF_8));
  }

  /** The bytes this takes in memory, roughly; what caches count. */
  public long bytes() {
    return bytes;
  }
}
