package io.firn.format;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one file that are in the {@link RowSpill}, by the blocks they left memory in. Safe
 * for use by several threads.
 *
 * <p>A block is written as an entry for each row, where it starts and its checksum; then where the
 * last row ends; then the rows. Starts count from the block's first byte, all numbers are
 * little-endian ints.
 */
final class SpilledRows {

  private static final int ENTRY_BYTES = 8;
  private static final int CHECKSUM_AT = 4;

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
      places.set(block, spill.append(entries(block, rows.data(), rows.starts()), rows.data()));
    }
  }

  /** Whether a block is there, as far as one can tell without reading it. */
  private boolean has(int block) {
    long place = places.get(block);
    return place != RowSpill.NOWHERE && spill.has(place);
  }

  /** An encoded row, or null if it is not there. */
  byte @Nullable [] read(int block, int row) {
    long place = places.get(block);
    byte[] entry = readEntries(block, place, row, 1);
    if (entry == null) {
      return null;
    }
    int start = ByteBuilder.intLittle(entry, 0);
    int end = ByteBuilder.intLittle(entry, ENTRY_BYTES);
    if (start == end) {
      return null;
    }
    byte[] bytes = readRows(place, start, end);
    return bytes != null && isSound(block, row, bytes, 0, bytes.length, entry, 0) ? bytes : null;
  }

  /** A whole block of so many rows, or null if it is not there. */
  @Nullable RowBlock load(int block, int rows, RowCodec codec) {
    long place = places.get(block);
    byte[] entries = readEntries(block, place, 0, rows);
    if (entries == null) {
      return null;
    }
    int[] starts = new int[rows + 1];
    for (int row = 0; row <= rows; row++) {
      starts[row] = ByteBuilder.intLittle(entries, ENTRY_BYTES * row) - entries.length;
    }
    byte[] data = readRows(place, entries.length, entries.length + starts[rows]);
    if (data == null) {
      return null;
    }
    for (int row = 0; row < rows; row++) {
      if (!isSound(block, row, data, starts[row], starts[row + 1], entries, ENTRY_BYTES * row)) {
        return null;
      }
    }
    return new RowBlock(codec, data, starts);
  }

  /** The entries of a block's rows, and where the last one ends. */
  private byte[] entries(int block, byte[] data, int[] starts) {
    int rows = starts.length - 1;
    int length = entryBytes(rows);
    ByteBuilder entries = new ByteBuilder(length);
    for (int row = 0; row < rows; row++) {
      entries.putIntLittle(length + starts[row]);
      entries.putIntLittle(checksum(block, row, data, starts[row], starts[row + 1]));
    }
    entries.putIntLittle(length + starts[rows]);
    return entries.toByteArray();
  }

  /** What so many entries take, with the number behind them. */
  private static int entryBytes(int rows) {
    return ENTRY_BYTES * rows + 4;
  }

  private byte @Nullable [] readEntries(int block, long place, int row, int rows) {
    if (place == RowSpill.NOWHERE) {
      return null;
    }
    byte[] entries = spill.read(place, ENTRY_BYTES * row, entryBytes(rows));
    if (entries == null) {
      places.compareAndSet(block, place, RowSpill.NOWHERE);
    }
    return entries;
  }

  private byte @Nullable [] readRows(long place, int start, int end) {
    if (start < 0 || end < start || end > spill.bytesMax()) {
      changed();
      return null;
    }
    return spill.read(place, start, end - start);
  }

  /** Whether bytes are those of a row; if not, the spill ends. */
  private boolean isSound(
      int block, int row, byte[] bytes, int from, int to, byte[] entries, int entryAt) {
    boolean sound =
        from >= 0
            && from <= to
            && to <= bytes.length
            && checksum(block, row, bytes, from, to)
                == ByteBuilder.intLittle(entries, entryAt + CHECKSUM_AT);
    if (!sound) {
      changed();
    }
    return sound;
  }

  private void changed() {
    spill.end("what was written there has changed", null);
  }

  /** Of a row at its place, so that one from elsewhere is not taken for it. */
  private int checksum(int block, int row, byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue() ^ ((owner * 31 + block) * 0x9E3779B1 + row) * 0x85EBCA6B;
  }

  long bytes() {
    return 8L * places.length();
  }
}
