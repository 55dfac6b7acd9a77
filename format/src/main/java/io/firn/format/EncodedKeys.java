package io.firn.format;

import org.jspecify.annotations.Nullable;

/**
 * The keys of a sorted file of any key type: each block is decoded and encoded to comparable bytes
 * when a key is looked for in it, and kept so.
 */
final class EncodedKeys implements KeyOrder {

  private final KeyBlocks blocks;
  private final KeyColumns columns;
  private final PageCache.Slots slots;

  EncodedKeys(KeyBlocks blocks, KeyColumns columns, PageCache cache) {
    this.blocks = blocks;
    this.columns = columns;
    this.slots = cache.slots(blocks.count());
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
    int block = block(key);
    if (block < 0 || KeyCodec.compare(key, blocks.last()) > 0) {
      return -1;
    }
    // Where a block is kept, looking into it is the faster way to know.
    KeyList keys = (KeyList) slots.find(block);
    if (keys == null) {
      if (!blocks.mayContain(key, 0, key.length)) {
        return -1;
      }
      keys = block(block);
    }
    int at = keys.lowerBound(key);
    return at < keys.size() && keys.compare(at, key) == 0 ? blocks.firstRow(block) + at : -1;
  }

  @Override
  public void find(KeyList keys, int from, int to, FoundKey sink) {
    int block = 0;
    int loaded = -1;
    KeyList content = null;
    int low = 0;
    for (int i = from; i < to; i++) {
      if (blocks.firstKeys().compare(0, keys, i) > 0) {
        continue;
      }
      block = block(keys, i, block);
      if (block != loaded) {
        content = (KeyList) slots.find(block);
        if (content == null) {
          int next = Math.min(i + 4, to) - 1;
          boolean several =
              next > i + 2
                  && (block + 1 == blocks.count()
                      || blocks.firstKeys().compare(block + 1, keys, next) > 0);
          if (!several && !blocks.mayContain(keys.data(), keys.offset(i), keys.length(i))) {
            continue;
          }
          content = block(block);
        }
        loaded = block;
        low = 0;
      }
      if (content != null) {
        low = content.lowerBound(keys, i, low, content.size());
        if (low < content.size() && content.compare(low, keys, i) == 0) {
          sink.found(i, blocks.firstRow(block) + low);
        }
      }
    }
  }

  @Override
  public long lowerBound(byte[] key) {
    int block = block(key);
    return block < 0 ? 0 : blocks.firstRow(block) + block(block).lowerBound(key);
  }

  @Override
  public long position(long rank) {
    return rank;
  }

  @Override
  public long bytes() {
    return blocks.bytes() + slots.bytes();
  }

  void close() {
    slots.clear();
  }

  /** The last block whose first key is not above a key, or -1. */
  private int block(byte[] key) {
    KeyList firsts = blocks.firstKeys();
    int block = firsts.lowerBound(key);
    return block < firsts.size() && firsts.compare(block, key) == 0 ? block : block - 1;
  }

  /** The same from a block on that is known not to be after it. */
  private int block(KeyList keys, int i, int from) {
    KeyList firsts = blocks.firstKeys();
    int found = firsts.lowerBound(keys, i, from, firsts.size());
    return found < firsts.size() && firsts.compare(found, keys, i) == 0 ? found : found - 1;
  }

  private KeyList block(int block) {
    @Nullable KeyList kept = (KeyList) slots.find(block);
    if (kept != null) {
      return kept;
    }
    KeyList keys = new KeyList();
    columns.append(blocks.firstRow(block), blocks.endRow(block), keys);
    slots.keep(block, keys, keys.bytes());
    return keys;
  }
}
