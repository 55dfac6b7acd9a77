package io.firn.format;

import java.util.Optional;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Floats and doubles. A zero bound is widened to cover zeros of both signs. Where there is a NaN
 * there are no bounds, neither of the page's chunk nor of the file: engines disagree on whether a
 * NaN is above every number, so no row may be skipped on their account.
 */
final class FloatingStatistics extends ValueStatistics {

  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private boolean any;
  private boolean nan;
  private double fileMin = Double.POSITIVE_INFINITY;
  private double fileMax = Double.NEGATIVE_INFINITY;
  private boolean fileAny;
  private long nanCount;

  FloatingStatistics(PrimitiveType type) {
    super(type);
  }

  @Override
  void update(Column column, int from, int count) {
    double least = min;
    double greatest = max;
    int nans = 0;
    if (column instanceof FloatColumn floats) {
      float[] values = floats.values();
      for (int i = from; i < from + count; i++) {
        float value = values[i];
        nans += Float.isNaN(value) ? 1 : 0;
        least = value < least ? value : least;
        greatest = value > greatest ? value : greatest;
      }
    } else {
      double[] values = ((DoubleColumn) column).values();
      for (int i = from; i < from + count; i++) {
        double value = values[i];
        nans += Double.isNaN(value) ? 1 : 0;
        least = value < least ? value : least;
        greatest = value > greatest ? value : greatest;
      }
    }
    any |= count > nans;
    nan |= nans > 0;
    nanCount += nans;
    min = least;
    max = greatest;
  }

  @Override
  @Nullable Statistics<?> page(int nulls) {
    if (nan) {
      return null;
    }
    Statistics<?> statistics = withoutBounds(nulls);
    if (any) {
      add(statistics, lower(min));
      add(statistics, upper(max));
    }
    return statistics;
  }

  private void add(Statistics<?> statistics, double value) {
    if (type().getPrimitiveTypeName() == PrimitiveTypeName.FLOAT) {
      statistics.updateStats((float) value);
    } else {
      statistics.updateStats(value);
    }
  }

  @Override
  void clearPage() {
    fileAny |= any;
    fileMin = Math.min(fileMin, min);
    fileMax = Math.max(fileMax, max);
    min = Double.POSITIVE_INFINITY;
    max = Double.NEGATIVE_INFINITY;
    any = false;
    nan = false;
  }

  @Override
  Optional<FieldMetrics<?>> metrics(int fieldId, long valueCount, long nullCount) {
    if (nanCount > 0 || !fileAny) {
      return Optional.of(new FieldMetrics<>(fieldId, valueCount, nullCount, nanCount));
    }
    if (type().getPrimitiveTypeName() == PrimitiveTypeName.FLOAT) {
      return Optional.of(
          new FieldMetrics<>(
              fieldId, valueCount, nullCount, 0L, (float) lower(fileMin), (float) upper(fileMax)));
    }
    return Optional.of(
        new FieldMetrics<>(fieldId, valueCount, nullCount, 0L, lower(fileMin), upper(fileMax)));
  }

  private static double lower(double bound) {
    return bound == 0 ? -0.0 : bound;
  }

  private static double upper(double bound) {
    return bound == 0 ? 0.0 : bound;
  }
}
