package io.firn.format;

import java.util.Arrays;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType;

/** Strings, binaries and fixed: the order of unsigned bytes. */
final class BytesStatistics extends ValueStatistics {

  private final ByteBuilder min = new ByteBuilder();
  private final ByteBuilder max = new ByteBuilder();
  private boolean any;

  BytesStatistics(PrimitiveType type) {
    super(type);
  }

  @Override
  void update(Column column, int from, int count) {
    if (count == 0) {
      return;
    }
    BytesColumn values = (BytesColumn) column;
    byte[] data = values.data();
    int[] offsets = values.offsets();
    int least = -1;
    int greatest = -1;
    int start = from;
    if (!any) {
      any = true;
      least = from;
      greatest = from;
      start = from + 1;
    }
    for (int i = start; i < from + count; i++) {
      if (least < 0 ? compare(data, offsets, i, min) < 0 : compare(data, offsets, i, least) < 0) {
        least = i;
      } else if (greatest < 0
          ? compare(data, offsets, i, max) > 0
          : compare(data, offsets, i, greatest) > 0) {
        greatest = i;
      }
    }
    keep(values, least, min);
    keep(values, greatest, max);
  }

  private static int compare(byte[] data, int[] offsets, int i, int j) {
    return Arrays.compareUnsigned(
        data, offsets[i], offsets[i + 1], data, offsets[j], offsets[j + 1]);
  }

  private static int compare(byte[] data, int[] offsets, int i, ByteBuilder bound) {
    return Arrays.compareUnsigned(
        data, offsets[i], offsets[i + 1], bound.array(), 0, bound.length());
  }

  private static void keep(BytesColumn values, int i, ByteBuilder bound) {
    if (i >= 0) {
      bound.clear();
      bound.put(values.data(), values.offset(i), values.length(i));
    }
  }

  @Override
  Statistics<?> page(int nulls) {
    Statistics<?> statistics = withoutBounds(nulls);
    if (any) {
      update(statistics, min.toByteArray());
      update(statistics, max.toByteArray());
    }
    return statistics;
  }

  @Override
  void clearPage() {
    any = false;
    min.clear();
    max.clear();
  }
}
