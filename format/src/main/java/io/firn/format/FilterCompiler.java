package io.firn.format;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.BoundPredicate;
import org.apache.iceberg.expressions.BoundReference;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionVisitors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Turns an unbound expression into a condition on batches. */
final class FilterCompiler extends ExpressionVisitors.ExpressionVisitor<FilterNode> {

  private final Types.StructType type;

  private FilterCompiler(Types.StructType type) {
    this.type = type;
  }

  static FilterNode compile(Types.StructType type, Expression expression) {
    return ExpressionVisitors.visit(Expressions.rewriteNot(expression), new FilterCompiler(type));
  }

  @Override
  public FilterNode alwaysTrue() {
    return FilterNode.ALL;
  }

  @Override
  public FilterNode alwaysFalse() {
    return FilterNode.NONE;
  }

  @Override
  public FilterNode and(FilterNode left, FilterNode right) {
    return FilterNode.and(left, right);
  }

  @Override
  public FilterNode or(FilterNode left, FilterNode right) {
    return FilterNode.or(left, right);
  }

  @Override
  public <T> FilterNode predicate(UnboundPredicate<T> predicate) {
    Expression bound = Binder.bind(type, predicate, true);
    if (bound.op() == Expression.Operation.TRUE) {
      return FilterNode.ALL;
    }
    if (bound.op() == Expression.Operation.FALSE) {
      return FilterNode.NONE;
    }
    FilterNode fast = bound instanceof BoundPredicate<?> leaf ? fast(leaf) : null;
    return fast != null ? fast : FilterNode.rows(type, new Evaluator(type, predicate, true));
  }

  private @Nullable FilterNode fast(BoundPredicate<?> leaf) {
    if (!(leaf.term() instanceof BoundReference<?> reference)
        || type.field(reference.fieldId()) == null) {
      return null;
    }
    int id = reference.fieldId();
    Type columnType = reference.type();
    PhysicalKind kind = PhysicalKind.of(columnType);
    if (leaf.op() == Expression.Operation.IS_NULL || leaf.op() == Expression.Operation.NOT_NULL) {
      return FilterNode.nulls(id, leaf.op() == Expression.Operation.IS_NULL);
    }
    if (kind == PhysicalKind.BYTES) {
      return switch (columnType.typeId()) {
        case STRING, BINARY, FIXED -> bytes(id, leaf);
        default -> null;
      };
    }
    return kind == PhysicalKind.OBJECT ? null : number(id, columnType, leaf);
  }

  private static @Nullable FilterNode number(int id, Type columnType, BoundPredicate<?> leaf) {
    long[] none = {};
    switch (leaf.op()) {
      case IS_NAN, NOT_NAN -> {
        boolean wanted = leaf.op() == Expression.Operation.IS_NAN;
        long nan =
            columnType.typeId() == TypeID.FLOAT
                ? NumberFilter.ordered(Float.NaN)
                : NumberFilter.ordered(Double.NaN);
        return new NumberFilter(id, nan, nan, none, wanted, !wanted);
      }
      case IN, NOT_IN -> {
        boolean wanted = leaf.op() == Expression.Operation.IN;
        long[] set = numbers(leaf.asSetPredicate().literalSet(), columnType);
        return set == null
            ? null
            : new NumberFilter(id, set[0], set[set.length - 1], set, wanted, !wanted);
      }
      default -> {}
    }
    if (!leaf.isLiteralPredicate()) {
      return null;
    }
    OptionalLong literal = number(leaf.asLiteralPredicate().literal().value(), columnType);
    if (literal.isEmpty()) {
      return null;
    }
    long value = literal.getAsLong();
    return switch (leaf.op()) {
      case LT -> new NumberFilter(id, value, Long.MAX_VALUE, none, false, true);
      case GT_EQ -> new NumberFilter(id, value, Long.MAX_VALUE, none, true, false);
      case LT_EQ -> new NumberFilter(id, Long.MIN_VALUE, value, none, true, true);
      case GT -> new NumberFilter(id, Long.MIN_VALUE, value, none, false, false);
      case EQ -> new NumberFilter(id, value, value, none, true, false);
      case NOT_EQ -> new NumberFilter(id, value, value, none, false, true);
      default -> null;
    };
  }

  private static long @Nullable [] numbers(Collection<?> literals, Type columnType) {
    long[] numbers = new long[literals.size()];
    int count = 0;
    for (Object literal : literals) {
      OptionalLong number = number(literal, columnType);
      if (number.isEmpty()) {
        return null;
      }
      numbers[count++] = number.getAsLong();
    }
    Arrays.sort(numbers);
    return count == 0 ? null : numbers;
  }

  /** A literal as the number that {@link NumberFilter} compares. */
  private static OptionalLong number(Object literal, Type columnType) {
    if (literal instanceof Boolean flag) {
      return OptionalLong.of(flag ? 1 : 0);
    }
    if (literal instanceof Float number) {
      return OptionalLong.of(NumberFilter.ordered(number.floatValue()));
    }
    if (literal instanceof Double number) {
      return OptionalLong.of(NumberFilter.ordered(number.doubleValue()));
    }
    if (literal instanceof BigDecimal number) {
      boolean exact =
          columnType instanceof Types.DecimalType decimal
              && number.scale() == decimal.scale()
              && number.unscaledValue().bitLength() < Long.SIZE;
      return exact ? OptionalLong.of(number.unscaledValue().longValue()) : OptionalLong.empty();
    }
    return literal instanceof Integer || literal instanceof Long
        ? OptionalLong.of(((Number) literal).longValue())
        : OptionalLong.empty();
  }

  private static @Nullable FilterNode bytes(int id, BoundPredicate<?> leaf) {
    if (leaf.isSetPredicate()) {
      boolean wanted = leaf.op() == Expression.Operation.IN;
      byte[][] set =
          leaf.asSetPredicate().literalSet().stream()
              .map(FilterCompiler::bytes)
              .sorted(Arrays::compareUnsigned)
              .toArray(byte[][]::new);
      return new BytesFilter(id, BytesFilter.Test.ONE_OF, set, wanted, !wanted);
    }
    if (!leaf.isLiteralPredicate()) {
      return null;
    }
    byte[][] operand =
        List.of(bytes(leaf.asLiteralPredicate().literal().value())).toArray(byte[][]::new);
    return switch (leaf.op()) {
      case LT -> new BytesFilter(id, BytesFilter.Test.BELOW, operand, true, true);
      case GT_EQ -> new BytesFilter(id, BytesFilter.Test.BELOW, operand, false, false);
      case LT_EQ -> new BytesFilter(id, BytesFilter.Test.NOT_ABOVE, operand, true, true);
      case GT -> new BytesFilter(id, BytesFilter.Test.NOT_ABOVE, operand, false, false);
      case EQ -> new BytesFilter(id, BytesFilter.Test.EQUAL, operand, true, false);
      case NOT_EQ -> new BytesFilter(id, BytesFilter.Test.EQUAL, operand, false, true);
      case STARTS_WITH -> new BytesFilter(id, BytesFilter.Test.BEGINS_WITH, operand, true, false);
      case NOT_STARTS_WITH ->
          new BytesFilter(id, BytesFilter.Test.BEGINS_WITH, operand, false, true);
      default -> null;
    };
  }

  /** A literal as the bytes that are compared. */
  static byte[] bytes(Object literal) {
    if (literal instanceof ByteBuffer buffer) {
      byte[] copy = new byte[buffer.remaining()];
      buffer.duplicate().get(copy);
      return copy;
    }
    return literal.toString().getBytes(StandardCharsets.UTF_8);
  }
}
