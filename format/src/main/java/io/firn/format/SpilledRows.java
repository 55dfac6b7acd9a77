package io.firn.format;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one file that are in the {@link RowSpill}, by the blocks they left memory in. A block
 * is written as its rows' starts and checksums, and then the rows. Safe for use by several threads.
 */
final class SpilledRows {

  private static final String CHANGED = "what was written there has changed";

  private final RowSpill spill;
  private final int owner;

  /** Where each block is. */
  private final AtomicLongArray places;

  SpilledRows(RowSpill spill, int blocks) {
    this.spill = spill;
    this.owner = spill.newOwner();
    this.places = new AtomicLongArray(blocks);
  }

  /** A block has left memory, perhaps while locks are held. */
  void evicted(int block, RowBlock rows) {
    if (!has(block)) {
      spill.offer(this, block, rows);
    }
  }

  /** Writes what has left memory, of whatever file. */
  void writePending() {
    spill.writePending();
  }

  void write(int block, RowBlock rows) {
    if (!has(block)) {
      places.set(block, spill.append(rows.toBytes(this, block)));
    }
  }

  /** Whether a block is there, as far as one can tell without reading it. */
  boolean has(int block) {
    long place = places.get(block);
    return place != RowSpill.NOWHERE && spill.has(place);
  }

  /** An encoded row, or null if it is not there. */
  byte @Nullable [] read(int block, int row) {
    long place = places.get(block);
    if (place == RowSpill.NOWHERE) {
      return null;
    }
    byte[] entry = spill.read(place, RowBlock.ENTRY_BYTES * row, RowBlock.ENTRY_BYTES + 4);
    if (entry == null) {
      places.compareAndSet(block, place, RowSpill.NOWHERE);
      return null;
    }
    int start = ByteBuilder.intLittle(entry, 0);
    int length = ByteBuilder.intLittle(entry, RowBlock.ENTRY_BYTES) - start;
    if (length == 0) {
      return null;
    }
    byte[] bytes =
        start < 0 || length < 0 || length > RowCodec.ROW_BYTES_MAX
            ? new byte[0]
            : spill.read(place, start, length);
    if (bytes == null) {
      return null;
    }
    if (checksum(block, row, bytes, 0, bytes.length) != ByteBuilder.intLittle(entry, 4)) {
      spill.end(CHANGED, null);
      return null;
    }
    return bytes;
  }

  /** A whole block, or null if it is not there. */
  @Nullable RowBlock load(int block, int rows, RowCodec codec) {
    long place = places.get(block);
    if (place == RowSpill.NOWHERE) {
      return null;
    }
    byte[] header = spill.read(place, 0, RowBlock.headerBytes(rows));
    if (header == null) {
      return null;
    }
    int length = ByteBuilder.intLittle(header, header.length - 4) - header.length;
    byte[] data =
        length < 0 || length > spill.bytesMax()
            ? new byte[0]
            : spill.read(place, header.length, length);
    if (data == null) {
      return null;
    }
    RowBlock loaded = RowBlock.ofBytes(codec, header, data, this, block);
    if (loaded == null) {
      spill.end(CHANGED, null);
    }
    return loaded;
  }

  /** Of a row at its place, so that one from elsewhere is not taken for it. */
  int checksum(int block, int row, byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue() ^ ((owner * 31 + block) * 0x9E3779B1 + row) * 0x85EBCA6B;
  }

  long bytes() {
    return 8L * places.length();
  }
}
