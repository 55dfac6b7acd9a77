package io.firn.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;

/** Collects the keys of a file while it is written, and builds the index section. */
final class DataFileIndexBuilder {

  private final int filterBitsPerKey;
  private final ByteBuilder blocks = new ByteBuilder();
  private final ByteBuilder groups = new ByteBuilder();
  private final ByteBuilder firstKey = new ByteBuilder();
  private final ByteBuilder lastKey = new ByteBuilder();
  private final ByteBuilder blockKey = new ByteBuilder();
  private final KeyHashes hashes = new KeyHashes();
  private int blockCount;
  private int groupCount;
  private long rowCount;
  private int blockRows;
  private int pendingSharedLength;
  private final ByteBuilder pendingRest = new ByteBuilder();

  DataFileIndexBuilder(int filterBitsPerKey) {
    this.filterBitsPerKey = filterBitsPerKey;
  }

  long rowCount() {
    return rowCount;
  }

  int blockRows() {
    return blockRows;
  }

  byte[] firstKey() {
    return firstKey.toByteArray();
  }

  byte[] lastKey() {
    return lastKey.toByteArray();
  }

  /**
   * Adds keys {@code from} to {@code to} of a list, which continue the current block or begin one.
   *
   * @throws IllegalArgumentException if a key is not above the one before it
   */
  void add(KeyList keys, int from, int to) {
    if (from == to) {
      return;
    }
    if (rowCount == 0) {
      firstKey.put(keys.data(), keys.offset(from), keys.length(from));
    } else if (compareToLast(keys, from) <= 0) {
      throw outOfOrder(rowCount);
    }
    for (int i = from + 1; i < to; i++) {
      if (keys.compare(i - 1, keys, i) >= 0) {
        throw outOfOrder(rowCount + i - from);
      }
    }
    if (blockRows == 0) {
      startBlock(keys, from);
    }
    if (filterBitsPerKey > 0) {
      addHashes(keys, from, to);
    }
    lastKey.clear();
    lastKey.put(keys.data(), keys.offset(to - 1), keys.length(to - 1));
    rowCount += to - from;
    blockRows += to - from;
  }

  private int compareToLast(KeyList keys, int i) {
    return Arrays.compareUnsigned(
        keys.data(),
        keys.offset(i),
        keys.offset(i) + keys.length(i),
        lastKey.array(),
        0,
        lastKey.length());
  }

  private static IllegalArgumentException outOfOrder(long row) {
    return new IllegalArgumentException(
        "The key of row " + row + " is not above the one before it");
  }

  private void startBlock(KeyList keys, int i) {
    int offset = keys.offset(i);
    int end = offset + keys.length(i);
    int shared = Arrays.mismatch(keys.data(), offset, end, blockKey.array(), 0, blockKey.length());
    shared = shared < 0 ? keys.length(i) : shared;
    pendingSharedLength = shared;
    pendingRest.clear();
    pendingRest.put(keys.data(), offset + shared, keys.length(i) - shared);
    blockKey.clear();
    blockKey.put(keys.data(), offset, keys.length(i));
  }

  private void addHashes(KeyList keys, int from, int to) {
    for (int i = from; i < to; i++) {
      hashes.add(KeyFilter.hash(keys.data(), keys.offset(i), keys.length(i)));
    }
  }

  /** Ends the current block; the key columns' pages end here. */
  void endBlock() {
    blocks.putVarint(blockRows);
    blocks.putVarint(pendingSharedLength);
    blocks.putVarint(pendingRest.length());
    blocks.put(pendingRest.array(), 0, pendingRest.length());
    blockCount++;
    blockRows = 0;
  }

  void endRowGroup(long rows) {
    groups.putVarint(rows);
    groupCount++;
  }

  /**
   * The whole section of a file of this schema.
   *
   * @param name the file's name without its directory
   * @param contentChecksum CRC-32C of the file up to the section
   */
  byte[] build(List<ColumnLayoutBuilder> columns, Schema schema, String name, int contentChecksum) {
    ByteBuilder section = new ByteBuilder(blocks.length() + 1024);
    section.put(DataFileIndex.MAGIC, 0, DataFileIndex.MAGIC.length);
    int checksumAt = section.extendZeroed(4);
    int lengthAt = section.extendZeroed(4);
    section.putIntLittle(contentChecksum);
    section.putVarint(rowCount);
    section.putVarint(firstKey.length());
    section.put(firstKey.array(), 0, firstKey.length());
    section.putVarint(lastKey.length());
    section.put(lastKey.array(), 0, lastKey.length());
    if (filterBitsPerKey == 0) {
      section.putVarint(0);
    } else {
      KeyFilter filter = hashes.filter(filterBitsPerKey);
      section.putVarint(filter.blocks());
      filter.append(section);
    }
    section.putVarint(groupCount);
    section.put(groups.array(), 0, groups.length());
    section.putVarint(blockCount);
    section.put(blocks.array(), 0, blocks.length());
    section.putVarint(columns.size());
    for (ColumnLayoutBuilder column : columns) {
      column.append(section);
    }
    byte[] json = SchemaParser.toJson(schema).getBytes(StandardCharsets.UTF_8);
    section.putVarint(json.length);
    section.put(json, 0, json.length);
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    section.putVarint(nameBytes.length);
    section.put(nameBytes, 0, nameBytes.length);
    section.setIntLittle(lengthAt, section.length());
    CRC32C crc = new CRC32C();
    crc.update(section.array(), lengthAt, section.length() - lengthAt);
    section.setIntLittle(checksumAt, (int) crc.getValue());
    return section.toByteArray();
  }
}
