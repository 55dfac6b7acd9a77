package io.firn.cli.internal.text;

import static org.apache.iceberg.expressions.Expressions.alwaysFalse;

import io.firn.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * The filter notation of {@code --where}, a small part of SQL, read into an Iceberg expression:
 *
 * <pre>
 * filter    = conjunct {"or" conjunct}
 * conjunct  = term {"and" term}
 * term      = "not" term | "(" filter ")" | column [predicate]      a boolean column alone is "= true"
 * predicate = ("=" | "==" | "!=" | "&lt;&gt;" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=") literal
 *           | "is" ["not"] ("null" | "nan")
 *           | ["not"] "in" "(" literal {"," literal} ")"
 *           | ["not"] "between" literal "and" literal
 *           | ["not"] "like" 'prefix%'
 * literal   = number | 'text' | true | false             '' inside stands for one quote
 * </pre>
 *
 * <p>As in SQL, a comparison with null is neither true nor false, so neither {@code a = 1} nor
 * {@code not a = 1} finds rows where {@code a} is null. Literals are typed by their column; dates,
 * timestamps, UUIDs and bytes are text.
 */
public final class WhereText {

  private static final int MAX_DEPTH = 500;

  private final TextCursor cursor;
  private final Schema schema;
  private int depth;

  private WhereText(String text, Schema schema) {
    this.cursor = new TextCursor("--where", text);
    this.schema = schema;
  }

  /**
   * Reads a filter on the columns of a schema.
   *
   * @throws InvalidArgumentException if the text is none; the message shows the place
   */
  public static Expression parse(String text, Schema schema) {
    WhereText parser = new WhereText(text, schema);
    Expression filter = parser.filter(false);
    if (!parser.cursor.atEnd()) {
      throw parser.cursor.errorHere("expected 'and', 'or' or the end" + parser.cursor.found());
    }
    return filter;
  }

  /*
   * Negation is carried down to the predicates. There is no three-valued logic in Iceberg's "not",
   * so a negated comparison has to be written as the opposite one.
   */

  private Expression filter(boolean negated) {
    Expression left = conjunct(negated);
    while (cursor.acceptWord("or")) {
      Expression right = conjunct(negated);
      left = negated ? Expressions.and(left, right) : Expressions.or(left, right);
    }
    return left;
  }

  private Expression conjunct(boolean negated) {
    Expression left = term(negated);
    while (cursor.acceptWord("and")) {
      Expression right = term(negated);
      left = negated ? Expressions.or(left, right) : Expressions.and(left, right);
    }
    return left;
  }

  private Expression term(boolean negated) {
    if (++depth > MAX_DEPTH) {
      throw cursor.errorHere("nested more than " + MAX_DEPTH + " deep");
    }
    Expression term;
    if (cursor.acceptWord("not")) {
      term = term(!negated);
    } else if (cursor.accept("(")) {
      term = filter(negated);
      cursor.expect(")");
    } else {
      term = predicate(negated);
    }
    depth--;
    return term;
  }

  private Expression predicate(boolean outerNegated) {
    NestedField column = column();
    String name = columnName(column);
    Comparison comparison = comparison();
    if (comparison != null) {
      return compare(column, outerNegated ? comparison.negation() : comparison);
    }
    if (cursor.acceptWord("is")) {
      boolean negated = outerNegated ^ cursor.acceptWord("not");
      if (cursor.acceptWord("null")) {
        return negated ? Expressions.notNull(name) : Expressions.isNull(name);
      }
      int start = cursor.position();
      if (cursor.acceptWord("nan")) {
        return isNaN(column, negated, start);
      }
      throw cursor.errorHere("expected 'null' or 'nan'" + cursor.found());
    }
    boolean negated = outerNegated ^ cursor.acceptWord("not");
    if (cursor.acceptWord("in")) {
      return in(column, negated);
    }
    if (cursor.acceptWord("between")) {
      return between(column, negated);
    }
    if (cursor.acceptWord("like")) {
      return like(column, negated);
    }
    if (column.type().typeId() == Type.TypeID.BOOLEAN && negated == outerNegated) {
      return known(column, Expressions.equal(name, !outerNegated));
    }
    throw cursor.errorHere(
        "expected a comparison, 'is', 'in', 'between' or 'like' after column '"
            + name
            + "'"
            + cursor.found());
  }

  private NestedField column() {
    cursor.skipSpace();
    int start = cursor.position();
    char first = cursor.peek();
    if (first == '\'' || Character.isDigit(first)) {
      throw cursor.errorHere("a comparison starts with a column, not with a literal");
    }
    StringBuilder name = new StringBuilder(cursor.name("a column"));
    while (cursor.accept(".")) {
      name.append('.').append(cursor.name("a field"));
    }
    NestedField column = schema.findField(name.toString());
    if (column == null) {
      List<String> names = schema.columns().stream().map(NestedField::name).toList();
      throw cursor.errorAt(
          start, "unknown column '" + name + "'; the columns are " + String.join(", ", names));
    }
    return column;
  }

  private String columnName(NestedField column) {
    return schema.findColumnName(column.fieldId());
  }

  private @Nullable Comparison comparison() {
    for (Comparison comparison : Comparison.values()) {
      if (cursor.accept(comparison.symbol)) {
        return comparison == Comparison.SAME
            ? Comparison.EQUAL
            : comparison == Comparison.DIFFERENT ? Comparison.NOT_EQUAL : comparison;
      }
    }
    return null;
  }

  private Expression compare(NestedField column, Comparison comparison) {
    return known(
        column, WhereLiteral.read(cursor, column.type()).compare(columnName(column), comparison));
  }

  private Expression isNaN(NestedField column, boolean negated, int start) {
    Type.TypeID type = column.type().typeId();
    if (type != Type.TypeID.FLOAT && type != Type.TypeID.DOUBLE) {
      throw cursor.errorAt(start, "only float and double columns can be NaN");
    }
    String name = columnName(column);
    return negated ? known(column, Expressions.notNaN(name)) : Expressions.isNaN(name);
  }

  private Expression in(NestedField column, boolean negated) {
    cursor.expect("(");
    List<Object> values = new ArrayList<>();
    do {
      WhereLiteral literal = WhereLiteral.read(cursor, column.type());
      if (literal.exact()) {
        values.add(literal.value());
      }
    } while (cursor.accept(","));
    cursor.expect(")");
    String name = columnName(column);
    if (values.isEmpty()) {
      return negated ? Expressions.notNull(name) : alwaysFalse();
    }
    return known(column, negated ? Expressions.notIn(name, values) : Expressions.in(name, values));
  }

  private Expression between(NestedField column, boolean negated) {
    WhereLiteral low = WhereLiteral.read(cursor, column.type());
    if (!cursor.acceptWord("and")) {
      throw cursor.errorHere("expected 'and' between the two bounds" + cursor.found());
    }
    WhereLiteral high = WhereLiteral.read(cursor, column.type());
    String name = columnName(column);
    return known(
        column,
        negated
            ? Expressions.or(
                low.compare(name, Comparison.LESS), high.compare(name, Comparison.GREATER))
            : Expressions.and(
                low.compare(name, Comparison.AT_LEAST), high.compare(name, Comparison.AT_MOST)));
  }

  private Expression like(NestedField column, boolean negated) {
    cursor.skipSpace();
    int start = cursor.position();
    if (column.type().typeId() != Type.TypeID.STRING) {
      throw cursor.errorAt(start, "only string columns have 'like'");
    }
    if (cursor.peek() != '\'') {
      throw cursor.errorHere("expected a pattern like 'abc%'" + cursor.found());
    }
    String pattern = cursor.quoted('\'');
    String prefix = pattern.endsWith("%") ? pattern.substring(0, pattern.length() - 1) : pattern;
    if (prefix.indexOf('%') >= 0 || prefix.indexOf('_') >= 0) {
      throw cursor.errorAt(
          start,
          "only prefixes can be matched, like 'abc%'; use starts with text and one % behind");
    }
    String name = columnName(column);
    if (prefix.length() == pattern.length()) {
      return known(
          column, negated ? Expressions.notEqual(name, prefix) : Expressions.equal(name, prefix));
    }
    if (prefix.isEmpty()) {
      return negated ? alwaysFalse() : Expressions.notNull(name);
    }
    Function<String, Expression> match =
        negated
            ? text -> Expressions.notStartsWith(name, text)
            : text -> Expressions.startsWith(name, text);
    return known(column, match.apply(prefix));
  }

  /** A comparison holds only for values: null is less than everything to Iceberg's evaluator. */
  private Expression known(NestedField column, Expression comparison) {
    return Expressions.and(Expressions.notNull(columnName(column)), comparison);
  }

  /** The comparisons; longer symbols stand before the ones they begin with. */
  enum Comparison {
    SAME("=="),
    DIFFERENT("<>"),
    NOT_EQUAL("!="),
    AT_MOST("<="),
    AT_LEAST(">="),
    EQUAL("="),
    LESS("<"),
    GREATER(">");

    final String symbol;

    Comparison(String symbol) {
      this.symbol = symbol;
    }

    Comparison negation() {
      return switch (this) {
        case EQUAL, SAME -> NOT_EQUAL;
        case NOT_EQUAL, DIFFERENT -> EQUAL;
        case LESS -> AT_LEAST;
        case AT_LEAST -> LESS;
        case GREATER -> AT_MOST;
        case AT_MOST -> GREATER;
      };
    }
  }
}
