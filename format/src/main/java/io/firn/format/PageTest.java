package io.firn.format;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.expressions.BoundPredicate;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.jspecify.annotations.Nullable;

/**
 * Whether a page may hold a row for which a predicate on one column is true. As {@link RowFilter}
 * has it, null is below everything and NaN above, and NaNs are not within a page's bounds.
 */
final class PageTest {

  private final PageBounds bounds;
  private final Operation operation;
  private final boolean floating;
  private final boolean ordered;
  private final List<Object> literals;

  PageTest(PageBounds bounds, BoundPredicate<?> predicate, Type type) {
    this.bounds = bounds;
    this.operation = predicate.op();
    this.floating = type.typeId() == TypeID.FLOAT || type.typeId() == TypeID.DOUBLE;
    // Bounds of UUIDs are in another order than the one UUIDs are compared in.
    this.ordered = type.typeId() != TypeID.UUID;
    if (predicate.isSetPredicate()) {
      this.literals =
          predicate.asSetPredicate().literalSet().stream().map(PageTest::literal).toList();
    } else if (predicate.isLiteralPredicate()) {
      this.literals = List.of(literal(predicate.asLiteralPredicate().literal().value()));
    } else {
      this.literals = List.of();
    }
  }

  /** A literal as bounds are compared with it. */
  private static Object literal(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float || value instanceof Double) {
      return ((Number) value).doubleValue();
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.unscaledValue();
    }
    if (value instanceof UUID uuid) {
      return ByteBuffer.allocate(16)
          .putLong(uuid.getMostSignificantBits())
          .putLong(uuid.getLeastSignificantBits())
          .array();
    }
    return FilterCompiler.bytes(value);
  }

  boolean mayMatch(int page) {
    boolean nullMatches =
        switch (operation) {
          case LT, LT_EQ, NOT_EQ, NOT_IN, NOT_STARTS_WITH, NOT_NAN, IS_NULL -> true;
          default -> false;
        };
    if (nullMatches && !bounds.hasNoNulls(page)) {
      return true;
    }
    if (bounds.hasOnlyNulls(page)) {
      return false;
    }
    if (operation == Operation.IS_NULL) {
      return false;
    }
    Object lower = bounds.lower(page);
    Object upper = bounds.upper(page);
    return lower == null || upper == null || valueMayMatch(lower, upper);
  }

  private boolean valueMayMatch(Object lower, Object upper) {
    return switch (operation) {
      case LT -> !ordered || compare(below(lower), literals.get(0)) < 0;
      case LT_EQ -> !ordered || compare(below(lower), literals.get(0)) <= 0;
      case GT -> !ordered || floating || compare(upper, literals.get(0)) > 0;
      case GT_EQ -> !ordered || floating || compare(upper, literals.get(0)) >= 0;
      case EQ, IN -> literals.stream().anyMatch(literal -> within(lower, upper, literal));
      case NOT_EQ, NOT_IN ->
          floating
              || compare(lower, upper) != 0
              || literals.stream().noneMatch(literal -> compare(lower, literal) == 0);
      case STARTS_WITH -> {
        byte[] prefix = (byte[]) literals.get(0);
        byte[] least = (byte[]) lower;
        int length = Math.min(prefix.length, least.length);
        yield Arrays.compareUnsigned(least, 0, length, prefix, 0, prefix.length) <= 0
            && Arrays.compareUnsigned((byte[]) upper, prefix) >= 0;
      }
      case NOT_STARTS_WITH -> {
        byte[] prefix = (byte[]) literals.get(0);
        yield !startsWith((byte[]) lower, prefix) || !startsWith((byte[]) upper, prefix);
      }
      default -> true;
    };
  }

  private boolean within(Object lower, Object upper, Object literal) {
    return compare(below(lower), literal) <= 0 && compare(above(upper), literal) >= 0;
  }

  /** Writers do not tell zeros apart, so that a zero may stand for the other one. */
  private static Object below(Object bound) {
    return bound instanceof Double number && number == 0.0 ? -0.0 : bound;
  }

  private static Object above(Object bound) {
    return bound instanceof Double number && number == 0.0 ? 0.0 : bound;
  }

  private static boolean startsWith(byte[] value, byte[] prefix) {
    return value.length >= prefix.length
        && Arrays.equals(value, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static int compare(@Nullable Object a, Object b) {
    if (a instanceof Long x && b instanceof Long y) {
      return x.compareTo(y);
    }
    if (a instanceof Double x && b instanceof Double y) {
      return x.compareTo(y);
    }
    if (a instanceof BigInteger x && b instanceof BigInteger y) {
      return x.compareTo(y);
    }
    if (a instanceof byte[] x && b instanceof byte[] y) {
      return Arrays.compareUnsigned(x, y);
    }
    throw new IllegalArgumentException("a bound of another type than the literal");
  }
}
