package io.firn.format;

import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType;

/** Decimals of more than 18 digits: 128-bit signed numbers, held as a high and a low half. */
final class DecimalStatistics extends ValueStatistics {

  private long minHigh;
  private long minLow;
  private long maxHigh;
  private long maxLow;
  private boolean any;

  DecimalStatistics(PrimitiveType type) {
    super(type);
  }

  @Override
  void update(Column column, int from, int count) {
    BytesColumn values = (BytesColumn) column;
    byte[] data = values.data();
    for (int i = from; i < from + count; i++) {
      int offset = values.offset(i);
      int length = values.length(i);
      long high = data[offset] >> 7;
      long low = high;
      for (int b = offset; b < offset + length; b++) {
        high = high << 8 | low >>> 56;
        low = low << 8 | (data[b] & 0xFF);
      }
      if (!any || compare(high, low, minHigh, minLow) < 0) {
        minHigh = high;
        minLow = low;
      }
      if (!any || compare(high, low, maxHigh, maxLow) > 0) {
        maxHigh = high;
        maxLow = low;
      }
      any = true;
    }
  }

  private static int compare(long high, long low, long otherHigh, long otherLow) {
    return high != otherHigh ? Long.compare(high, otherHigh) : Long.compareUnsigned(low, otherLow);
  }

  @Override
  Statistics<?> page(int nulls) {
    Statistics<?> statistics = withoutBounds(nulls);
    if (any) {
      update(statistics, bytes(minHigh, minLow));
      update(statistics, bytes(maxHigh, maxLow));
    }
    return statistics;
  }

  private byte[] bytes(long high, long low) {
    byte[] bytes = new byte[type().getTypeLength()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[bytes.length - 1 - i] = (byte) (i < 8 ? low >>> (8 * i) : high >>> (8 * (i - 8)));
    }
    return bytes;
  }

  @Override
  void clearPage() {
    any = false;
  }
}
