package io.firn.format;

import java.util.Optional;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * The least and the greatest value of each page of a flat column, in the order of its logical type.
 */
abstract class ValueStatistics {

  private final PrimitiveType type;

  ValueStatistics(PrimitiveType type) {
    this.type = type;
  }

  static ValueStatistics of(PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> new Booleans(type);
      case INT32 -> new Ints(type);
      case INT64 -> new Longs(type);
      case FLOAT, DOUBLE -> new FloatingStatistics(type);
      default -> {
        if (type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation) {
          yield new DecimalStatistics(type);
        }
        yield boundsCanBeTrusted(type) ? new BytesStatistics(type) : new CountsOnly(type);
      }
    };
  }

  /**
   * False for UUIDs: Parquet orders them as bytes, Iceberg as two signed numbers. Bounds that are
   * right for one are wrong for the other, and readers would skip rows by them.
   */
  static boolean boundsCanBeTrusted(PrimitiveType type) {
    return !(type.getLogicalTypeAnnotation() instanceof UUIDLogicalTypeAnnotation);
  }

  final PrimitiveType type() {
    return type;
  }

  /** Takes values into the page, none of which is null. */
  abstract void update(Column column, int from, int count);

  /** The page's statistics, or null if the chunk shall have none. */
  abstract @Nullable Statistics<?> page(int nulls);

  abstract void clearPage();

  /** What the Parquet footer cannot say about the whole file. */
  Optional<FieldMetrics<?>> metrics(int fieldId, long valueCount, long nullCount) {
    return Optional.empty();
  }

  final Statistics<?> withoutBounds(int nulls) {
    Statistics<?> statistics = Statistics.createStats(type);
    statistics.incrementNumNulls(nulls);
    return statistics;
  }

  static void update(Statistics<?> statistics, byte[] value) {
    statistics.updateStats(Binary.fromConstantByteArray(value));
  }

  private static final class Booleans extends ValueStatistics {
    private boolean sawFalse;
    private boolean sawTrue;

    Booleans(PrimitiveType type) {
      super(type);
    }

    @Override
    void update(Column column, int from, int count) {
      boolean[] values = ((BooleanColumn) column).values();
      for (int i = from; i < from + count; i++) {
        sawTrue |= values[i];
        sawFalse |= !values[i];
      }
    }

    @Override
    Statistics<?> page(int nulls) {
      Statistics<?> statistics = withoutBounds(nulls);
      if (sawFalse) {
        statistics.updateStats(false);
      }
      if (sawTrue) {
        statistics.updateStats(true);
      }
      return statistics;
    }

    @Override
    void clearPage() {
      sawFalse = false;
      sawTrue = false;
    }
  }

  private static final class Ints extends ValueStatistics {
    private int min = Integer.MAX_VALUE;
    private int max = Integer.MIN_VALUE;

    Ints(PrimitiveType type) {
      super(type);
    }

    @Override
    void update(Column column, int from, int count) {
      int[] values = ((IntColumn) column).values();
      int least = min;
      int greatest = max;
      for (int i = from; i < from + count; i++) {
        least = Math.min(least, values[i]);
        greatest = Math.max(greatest, values[i]);
      }
      min = least;
      max = greatest;
    }

    @Override
    Statistics<?> page(int nulls) {
      Statistics<?> statistics = withoutBounds(nulls);
      if (min <= max) {
        statistics.updateStats(min);
        statistics.updateStats(max);
      }
      return statistics;
    }

    @Override
    void clearPage() {
      min = Integer.MAX_VALUE;
      max = Integer.MIN_VALUE;
    }
  }

  private static final class Longs extends ValueStatistics {
    private long min = Long.MAX_VALUE;
    private long max = Long.MIN_VALUE;

    Longs(PrimitiveType type) {
      super(type);
    }

    @Override
    void update(Column column, int from, int count) {
      long[] values = ((LongColumn) column).values();
      long least = min;
      long greatest = max;
      for (int i = from; i < from + count; i++) {
        least = Math.min(least, values[i]);
        greatest = Math.max(greatest, values[i]);
      }
      min = least;
      max = greatest;
    }

    @Override
    Statistics<?> page(int nulls) {
      Statistics<?> statistics = withoutBounds(nulls);
      if (min <= max) {
        statistics.updateStats(min);
        statistics.updateStats(max);
      }
      return statistics;
    }

    @Override
    void clearPage() {
      min = Long.MAX_VALUE;
      max = Long.MIN_VALUE;
    }
  }

  /** Types whose bounds no reader should see. */
  private static final class CountsOnly extends ValueStatistics {
    CountsOnly(PrimitiveType type) {
      super(type);
    }

    @Override
    void update(Column column, int from, int count) {}

    @Override
    @Nullable Statistics<?> page(int nulls) {
      return null;
    }

    @Override
    void clearPage() {}

    @Override
    Optional<FieldMetrics<?>> metrics(int fieldId, long valueCount, long nullCount) {
      return Optional.of(new FieldMetrics<>(fieldId, valueCount, nullCount));
    }
  }
}
