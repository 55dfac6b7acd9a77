package io.firn.format;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a sorted file whose key is one column held as int or long: searched as numbers, in
 * the pages of the column, without encoding any of them.
 */
final class NumberKeys implements KeyOrder {

  private final KeyBlocks blocks;
  private final FileColumn column;
  private final boolean wide;
  private final long[] blockFirst;
  private final long last;

  /**
   * @param blocks each of which lies in one page of the column
   * @param column the key column
   */
  NumberKeys(KeyBlocks blocks, FileColumn column) {
    this.blocks = blocks;
    this.column = column;
    this.wide = PhysicalKind.of(column.field.type()) == PhysicalKind.LONG;
    this.blockFirst = new long[blocks.count()];
    for (int i = 0; i < blockFirst.length; i++) {
      blockFirst[i] = number(blocks.firstKeys().data(), blocks.firstKeys().offset(i));
    }
    this.last = number(blocks.last(), 0);
  }

  private long number(byte[] key, int offset) {
    return wide
        ? ByteBuilder.longBig(key, offset) ^ Long.MIN_VALUE
        : ByteBuilder.intBig(key, offset) ^ Integer.MIN_VALUE;
  }

  private boolean valid(int length) {
    return length == (wide ? 8 : 4);
  }

  @Override
  public boolean sorted() {
    return true;
  }

  @Override
  public byte[] first() {
    return blocks.first();
  }

  @Override
  public byte[] last() {
    return blocks.last();
  }

  @Override
  public long find(byte[] key) {
    if (!valid(key.length)) {
      return -1;
    }
    long number = number(key, 0);
    int block = block(number);
    if (block < 0 || number > last) {
      return -1;
    }
    // Where a page is kept, looking into it is the faster way to know.
    Column page = kept(block);
    if (page == null) {
      if (!blocks.mayContain(key, 0, key.length)) {
        return -1;
      }
      page = page(block);
    }
    long pageRow = pageRow(block);
    int at = lowerBound(block, page, number);
    return at < blocks.endRow(block) - pageRow && value(page, at) == number ? pageRow + at : -1;
  }

  /** Walks forward through blocks and pages: where a key lies is near where the one before did. */
  @Override
  public void find(KeyList keys, int from, int to, FoundKey sink) {
    int block = 0;
    @Nullable Column page = null;
    int loaded = -1;
    long pageRow = 0;
    int at = 0;
    int end = 0;
    for (int i = from; i < to; i++) {
      if (!valid(keys.length(i))) {
        continue;
      }
      long number = number(keys.data(), keys.offset(i));
      if (number < blockFirst[0]) {
        continue;
      }
      if (number > last) {
        return;
      }
      block = Galloping.lowerBound(block + 1, blockFirst.length, b -> blockFirst[b] <= number) - 1;
      if (block != loaded) {
        page = kept(block);
        if (page == null) {
          // A page is worth decoding when several keys may be in it, or the filter lets one pass.
          int next = Math.min(i + 4, to) - 1;
          boolean several = number(keys.data(), keys.offset(next)) < end(block) && next > i + 2;
          if (!several && !blocks.mayContain(keys.data(), keys.offset(i), keys.length(i))) {
            continue;
          }
          page = page(block);
        }
        loaded = block;
        pageRow = pageRow(block);
        at = (int) (blocks.firstRow(block) - pageRow);
        end = (int) (blocks.endRow(block) - pageRow);
      }
      if (page != null) {
        at = lowerBound(page, at, end, at, number);
        if (at < end && value(page, at) == number) {
          sink.found(i, pageRow + at);
        }
      }
    }
  }

  private int lowerBound(Column page, int from, int to, int guess, long number) {
    if (wide) {
      long[] values = ((LongColumn) page).values();
      return Galloping.lowerBound(from, to, guess, i -> values[i] < number);
    }
    int[] values = ((IntColumn) page).values();
    return Galloping.lowerBound(from, to, guess, i -> values[i] < number);
  }

  private long value(Column page, int i) {
    return wide ? ((LongColumn) page).values()[i] : ((IntColumn) page).values()[i];
  }

  /** The first key of the next block. */
  private long end(int block) {
    return block + 1 < blockFirst.length ? blockFirst[block + 1] : Long.MAX_VALUE;
  }

  private @Nullable Column kept(int block) {
    return column.kept(column.pages.pageOf(blocks.firstRow(block)));
  }

  private Column page(int block) {
    return column.page(column.pages.pageOf(blocks.firstRow(block)));
  }

  @Override
  public long lowerBound(byte[] key) {
    if (!valid(key.length)) {
      return shorterOrLonger(key);
    }
    long number = number(key, 0);
    int block = block(number);
    if (block < 0) {
      return 0;
    }
    if (number > last) {
      return blocks.endRow(blocks.count() - 1);
    }
    return pageRow(block) + lowerBound(block, page(block), number);
  }

  /** A bound that is no whole key: compared as bytes with zeros, or nothing, after it. */
  private long shorterOrLonger(byte[] key) {
    int width = wide ? 8 : 4;
    long at = lowerBound(Arrays.copyOf(key, width));
    if (key.length > width && at < blocks.endRow(blocks.count() - 1)) {
      return find(Arrays.copyOf(key, width)) == at ? at + 1 : at;
    }
    return at;
  }

  @Override
  public long position(long rank) {
    return rank;
  }

  /** The last block whose first key is not above a number, or -1. */
  private int block(long number) {
    int count = blockFirst.length;
    int guess = evenly(blockFirst[0], last, count, number);
    return Galloping.lowerBound(0, count, guess, b -> blockFirst[b] <= number) - 1;
  }

  /** Where in its page the first key of a block, or what is behind it, is not below a number. */
  private int lowerBound(int block, Column page, long number) {
    long pageRow = pageRow(block);
    int from = (int) (blocks.firstRow(block) - pageRow);
    int to = (int) (blocks.endRow(block) - pageRow);
    long end = block + 1 < blockFirst.length ? blockFirst[block + 1] : last;
    int guess = from + evenly(blockFirst[block], end, to - from, number);
    return lowerBound(page, from, to, guess, number);
  }

  /**
   * Where a number would be among so many that lie evenly between two others, as keys that are
   * counted up, or drawn by chance, nearly do. What lies between is in other lines of memory and
   * need not be waited for.
   */
  private static int evenly(long lowest, long highest, int count, long number) {
    // Halved without a sign: the difference of two longs may need 64 bits.
    double offset = (number - lowest) >>> 1;
    double span = (highest - lowest) >>> 1;
    return number <= lowest ? 0 : (int) (offset / (span + 1) * count);
  }

  private long pageRow(int block) {
    return column.pages.firstRow(column.pages.pageOf(blocks.firstRow(block)));
  }

  @Override
  public long bytes() {
    return 8L * blockFirst.length + blocks.bytes();
  }
}
