package io.firn.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** Finds out in what order the keys of a file stand. */
final class KeyOrders {

  private static final int BLOCK_ROWS = 1024;
  private static final int STEP_ROWS = 8192;

  private KeyOrders() {}

  /**
   * The order from Firn's index; null if the file has none, or if its keys are encoded for another
   * type than the key has now.
   */
  static @Nullable KeyOrder indexed(
      DataFileIndex index, KeyCodec codec, KeyColumns columns, PageCache cache) {
    for (NestedField field : codec.keyType().fields()) {
      ColumnLayout layout = index.column(field.fieldId());
      if (layout == null || !same(layout.physicalType(), PhysicalKind.of(field.type()))) {
        return null;
      }
    }
    return sorted(KeyBlocks.of(index), columns, cache);
  }

  private static boolean same(PrimitiveTypeName stored, PhysicalKind kind) {
    return Conversion.rawKind(stored) == kind;
  }

  /** The order of a file about which nothing is known: reads all keys once. */
  static KeyOrder scanned(long rowCount, KeyColumns columns, PageCache cache, String path) {
    boolean number = number(columns);
    ColumnPages pages = columns.columns().get(0).pages;
    KeyList firsts = new KeyList();
    List<Long> rows = new ArrayList<>();
    KeyList step = new KeyList();
    byte[] last = {};
    long row = 0;
    while (row < rowCount) {
      // A block must lie within a page where pages themselves are searched.
      int page = pages.pageOf(row);
      long end = number ? pages.endRow(page) : Math.min(rowCount, row + STEP_ROWS);
      step.clear();
      columns.append(row, end, step);
      if ((row > 0 && step.compare(0, last) <= 0) || !ascending(step)) {
        return permuted(rowCount, columns, path);
      }
      int stride = number ? step.size() : BLOCK_ROWS;
      for (int i = 0; i < step.size(); i += stride) {
        firsts.add(step, i);
        rows.add(row + i);
      }
      last = step.get(step.size() - 1);
      row = end;
    }
    long[] firstRows =
        Arrays.copyOf(rows.stream().mapToLong(Long::longValue).toArray(), rows.size() + 1);
    firstRows[rows.size()] = rowCount;
    return sorted(new KeyBlocks(firsts, firstRows, firsts.get(0), last, null), columns, cache);
  }

  private static KeyOrder sorted(KeyBlocks blocks, KeyColumns columns, PageCache cache) {
    return number(columns)
        ? new NumberKeys(blocks, columns.columns().get(0))
        : new EncodedKeys(blocks, columns, cache);
  }

  private static boolean number(KeyColumns columns) {
    if (columns.columns().size() != 1) {
      return false;
    }
    PhysicalKind kind = PhysicalKind.of(columns.columns().get(0).field.type());
    return kind == PhysicalKind.INT || kind == PhysicalKind.LONG;
  }

  private static boolean ascending(KeyList keys) {
    for (int i = 1; i < keys.size(); i++) {
      if (keys.compare(i - 1, keys, i) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static KeyOrder permuted(long rowCount, KeyColumns columns, String path) {
    KeyList keys = new KeyList();
    for (long row = 0; row < rowCount; row += STEP_ROWS) {
      columns.append(row, Math.min(rowCount, row + STEP_ROWS), keys);
    }
    return new PermutedKeys(keys, path);
  }
}
