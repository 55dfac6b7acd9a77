package io.firn.cli.internal.text;

import io.firn.error.InvalidArgumentException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * A literal of a filter, typed by the column it is compared with.
 *
 * <p>A number that the column cannot hold exactly (too fine for its scale, beyond its range) is
 * kept as the nearest one below that it could hold, and comparisons are turned so that they mean
 * what was written.
 *
 * @param value a value Iceberg takes for a literal of the column's type
 * @param exact false if the literal lies strictly between {@code value} and the next one
 * @param side -1 if the literal is below every value of the column, 1 if above, else 0
 */
record WhereLiteral(Object value, boolean exact, int side) {

  /** Reads the literal at the cursor. */
  static WhereLiteral read(TextCursor cursor, Type type) {
    char first = cursor.peek();
    int start = cursor.position();
    if (first == '\'') {
      return typed(cursor, start, type, cursor.quoted('\''), true);
    }
    if (Character.isDigit(first) || first == '-' || first == '+' || first == '.') {
      return typed(cursor, start, type, cursor.numberText(), false);
    }
    if (cursor.peekWord("true") || cursor.peekWord("false")) {
      return typed(cursor, start, type, cursor.bareWord(), false);
    }
    if (cursor.peekWord("null")) {
      throw cursor.errorAt(start, "nothing compares with null; write 'is null' or 'is not null'");
    }
    throw cursor.errorAt(
        start, "expected a literal: a number, 'text', true or false" + cursor.found());
  }

  /** The comparison of a column with this literal. */
  Expression compare(String column, WhereText.Comparison comparison) {
    if (exact) {
      return exactly(column, comparison);
    }
    boolean holds =
        switch (comparison) {
          case EQUAL, SAME -> false;
          case NOT_EQUAL, DIFFERENT -> true;
          case LESS, AT_MOST -> side > 0;
          case GREATER, AT_LEAST -> side < 0;
        };
    boolean order =
        switch (comparison) {
          case LESS, AT_MOST, GREATER, AT_LEAST -> true;
          default -> false;
        };
    if (side != 0 || !order) {
      return holds ? Expressions.alwaysTrue() : Expressions.alwaysFalse();
    }
    boolean below =
        comparison == WhereText.Comparison.LESS || comparison == WhereText.Comparison.AT_MOST;
    return below
        ? Expressions.lessThanOrEqual(column, value)
        : Expressions.greaterThan(column, value);
  }

  private Expression exactly(String column, WhereText.Comparison comparison) {
    return switch (comparison) {
      case EQUAL, SAME -> Expressions.equal(column, value);
      case NOT_EQUAL, DIFFERENT -> Expressions.notEqual(column, value);
      case LESS -> Expressions.lessThan(column, value);
      case AT_MOST -> Expressions.lessThanOrEqual(column, value);
      case GREATER -> Expressions.greaterThan(column, value);
      case AT_LEAST -> Expressions.greaterThanOrEqual(column, value);
    };
  }

  private static WhereLiteral typed(
      TextCursor cursor, int start, Type type, String text, boolean quoted) {
    try {
      return switch (type.typeId()) {
        case STRUCT, LIST, MAP ->
            throw new InvalidArgumentException(
                "a column of type " + SchemaText.print(type) + " can only be asked 'is null'");
        case INTEGER -> whole(text, type, Integer.MIN_VALUE, Integer.MAX_VALUE);
        case LONG -> whole(text, type, Long.MIN_VALUE, Long.MAX_VALUE);
        case DECIMAL -> decimal(text, (Types.DecimalType) type);
        case FLOAT, DOUBLE -> floating(text, type);
        case BOOLEAN -> of(ValueText.parse(type, text));
        default -> {
          if (!quoted) {
            throw new InvalidArgumentException(
                "expected " + ValueText.example(type) + " between single quotes");
          }
          yield of(literalOf(type, ValueText.parse(type, text)));
        }
      };
    } catch (InvalidArgumentException e) {
      throw cursor.errorAt(start, String.valueOf(e.getMessage()));
    }
  }

  private static WhereLiteral of(Object value) {
    return new WhereLiteral(value, true, 0);
  }

  /** Iceberg's literals of dates and times are made from their ISO text. */
  private static Object literalOf(Type type, Object value) {
    return switch (type.typeId()) {
      case DATE, TIME, TIMESTAMP, TIMESTAMP_NANO -> ValueText.print(type, value);
      default -> value;
    };
  }

  private static WhereLiteral whole(String text, Type type, long min, long max) {
    BigDecimal number = number(text, type);
    BigInteger floor = number.setScale(0, RoundingMode.FLOOR).toBigInteger();
    if (floor.compareTo(BigInteger.valueOf(min)) < 0) {
      return new WhereLiteral(min, false, -1);
    }
    if (floor.compareTo(BigInteger.valueOf(max)) > 0) {
      return new WhereLiteral(max, false, 1);
    }
    Object value =
        type.typeId() == Type.TypeID.INTEGER
            ? (Object) floor.intValueExact()
            : floor.longValueExact();
    return new WhereLiteral(value, new BigDecimal(floor).compareTo(number) == 0, 0);
  }

  private static WhereLiteral decimal(String text, Types.DecimalType type) {
    BigDecimal number = number(text, type);
    BigDecimal floor = number.setScale(type.scale(), RoundingMode.FLOOR);
    if (floor.precision() > type.precision()) {
      return new WhereLiteral(floor, false, floor.signum());
    }
    return new WhereLiteral(floor, floor.compareTo(number) == 0, 0);
  }

  private static WhereLiteral floating(String text, Type type) {
    Object value = ValueText.parse(type, text);
    if (Double.isNaN(((Number) value).doubleValue())) {
      throw new InvalidArgumentException("nothing compares with NaN; write 'is nan'");
    }
    return of(value);
  }

  private static BigDecimal number(String text, Type type) {
    try {
      BigDecimal number = new BigDecimal(text);
      if (Math.abs((long) number.precision() - number.scale()) > 1_000) {
        throw new InvalidArgumentException("the number is too large or too small");
      }
      return number;
    } catch (NumberFormatException e) {
      throw new InvalidArgumentException(
          "expected " + ValueText.example(type) + ", found " + ValueText.show(text), e);
    }
  }
}
