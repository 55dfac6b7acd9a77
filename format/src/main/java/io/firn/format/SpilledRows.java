package io.firn.format;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one file that are in the {@link RowSpill}, by the blocks they left memory in. Safe
 * for use by several threads.
 *
 * <p>A block is written in groups of some rows, of which memory keeps where each begins: a row is
 * found by one short read. A group is the checksum of what follows; where each of its rows ends,
 * counted from the first one; the rows. Numbers are little-endian ints.
 */
final class SpilledRows {

  /** Of a block: groups of some 1 KiB, for half a percent of that in memory. */
  private static final int GROUPS_MAX = 128;

  private final RowSpill spill;
  private final int owner;
  private final int rowsPerGroup;
  private final AtomicReferenceArray<@Nullable Written> blocks;

  /**
   * A block that was written.
   *
   * @param place where
   * @param rows how many it has
   * @param groups where each group begins, counted from the place, and where the last one ends
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Written(long place, int rows, int[] groups) {

    int length() {
      return groups[groups.length - 1];
    }
  }

  /**
   * @param rowsPerBlock how many rows a block has; the last one of the file may have fewer
   */
  SpilledRows(RowSpill spill, int blocks, int rowsPerBlock) {
    this.spill = spill;
    this.owner = spill.newOwner();
    this.rowsPerGroup = Math.max(1, rowsPerBlock / GROUPS_MAX);
    this.blocks = new AtomicReferenceArray<>(blocks);
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

  /** Whether a block is there, as far as one can tell without reading it. */
  private boolean has(int block) {
    Written written = blocks.get(block);
    return written != null && spill.has(written.place);
  }

  void write(int block, RowBlock rows) {
    if (has(block)) {
      return;
    }
    int count = rows.count();
    int[] groups = new int[(count - 1) / rowsPerGroup + 2];
    ByteBuilder bytes = new ByteBuilder(rows.bytes().length + Integer.BYTES * groups.length);
    for (int group = 0; group + 1 < groups.length; group++) {
      int first = group * rowsPerGroup;
      int end = Math.min(count, first + rowsPerGroup);
      int checksumAt = bytes.extend(Integer.BYTES);
      int start = rows.start(first);
      for (int row = first; row < end; row++) {
        bytes.putIntLittle(rows.start(row + 1) - start);
      }
      bytes.put(rows.bytes(), start, rows.start(end) - start);
      bytes.setIntLittle(
          checksumAt, checksum(block, group, bytes.array(), checksumAt, bytes.length()));
      groups[group + 1] = bytes.length();
    }
    long place = spill.append(bytes.array(), bytes.length());
    if (place != RowSpill.NOWHERE) {
      blocks.set(block, new Written(place, count, groups));
    }
  }

  /** An encoded row, or null if it is not there. */
  byte @Nullable [] read(int block, int row) {
    Written written = blocks.get(block);
    if (written == null) {
      return null;
    }
    int group = row / rowsPerGroup;
    int start = written.groups[group];
    byte[] bytes = read(block, written, start, written.groups[group + 1]);
    if (bytes == null || !isSound(block, group, bytes, 0, bytes.length)) {
      return null;
    }
    int first = group * rowsPerGroup;
    int rows = Math.min(rowsPerGroup, written.rows - first) * Integer.BYTES + Integer.BYTES;
    int from = row == first ? 0 : ByteBuilder.intLittle(bytes, Integer.BYTES * (row - first));
    int to = ByteBuilder.intLittle(bytes, Integer.BYTES * (row - first + 1));
    return from == to ? null : Arrays.copyOfRange(bytes, rows + from, rows + to);
  }

  /** A whole block, or null if it is not there. */
  @Nullable RowBlock load(int block, RowCodec codec) {
    Written written = blocks.get(block);
    byte[] bytes = written == null ? null : read(block, written, 0, written.length());
    if (written == null || bytes == null) {
      return null;
    }
    // It has the end of each row already; a block has no checksums, and one more start.
    byte[] rows = new byte[bytes.length - Integer.BYTES * (written.groups.length - 2)];
    int start = RowBlock.rowsFrom(written.rows);
    ByteBuilder.setIntLittle(rows, 0, start);
    for (int row = 0; row < written.rows; ) {
      int group = row / rowsPerGroup;
      int at = written.groups[group];
      int end = written.groups[group + 1];
      if (!isSound(block, group, bytes, at, end)) {
        return null;
      }
      for (int next = Math.min(written.rows, row + rowsPerGroup); row < next; ) {
        at += Integer.BYTES;
        row++;
        ByteBuilder.setIntLittle(
            rows, Integer.BYTES * row, start + ByteBuilder.intLittle(bytes, at));
      }
      at += Integer.BYTES;
      System.arraycopy(bytes, at, rows, start, end - at);
      start += end - at;
    }
    return new RowBlock(codec, rows);
  }

  private byte @Nullable [] read(int block, Written written, int from, int to) {
    byte[] bytes = spill.read(written.place, from, to - from);
    if (bytes == null) {
      blocks.compareAndSet(block, written, null);
    }
    return bytes;
  }

  /** Whether bytes are those of a group; if not, the spill ends. */
  private boolean isSound(int block, int group, byte[] bytes, int from, int to) {
    boolean sound = checksum(block, group, bytes, from, to) == ByteBuilder.intLittle(bytes, from);
    if (!sound) {
      spill.end("what was written there has changed", null);
    }
    return sound;
  }

  /** Of a group at its place, so that one from elsewhere is not taken for it. */
  private int checksum(int block, int group, byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from + Integer.BYTES, to - from - Integer.BYTES);
    return (int) crc.getValue() ^ PageCache.hash(owner * 31 + block, group);
  }

  /** The bytes this takes in memory when all blocks have been written. */
  long bytes() {
    return (4L + 64 + Integer.BYTES * GROUPS_MAX) * blocks.length();
  }
}
