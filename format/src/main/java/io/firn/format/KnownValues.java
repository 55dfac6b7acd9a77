package io.firn.format;

import org.apache.iceberg.expressions.BoundPredicate;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionVisitors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.NamedReference;
import org.apache.iceberg.expressions.Term;
import org.apache.iceberg.expressions.UnboundPredicate;

/**
 * Gives comparisons the meaning they have in SQL: whatever is compared with a null is unknown, and
 * a row matches only if the expression is known to be true. Negations are pushed down to the
 * comparisons first; then a comparison needs a value that is not null. Without negations above it,
 * false and unknown lead to the same rows.
 */
final class KnownValues extends ExpressionVisitors.ExpressionVisitor<Expression> {

  private KnownValues() {}

  static Expression required(Expression expression) {
    return ExpressionVisitors.visit(Expressions.rewriteNot(expression), new KnownValues());
  }

  @Override
  public Expression alwaysTrue() {
    return Expressions.alwaysTrue();
  }

  @Override
  public Expression alwaysFalse() {
    return Expressions.alwaysFalse();
  }

  @Override
  public Expression and(Expression left, Expression right) {
    return Expressions.and(left, right);
  }

  @Override
  public Expression or(Expression left, Expression right) {
    return Expressions.or(left, right);
  }

  @Override
  public <T> Expression predicate(UnboundPredicate<T> predicate) {
    Term term = predicate.term();
    return switch (predicate.op()) {
      case IS_NULL, NOT_NULL, IS_NAN, NOT_NAN -> predicate;
      default ->
          term instanceof NamedReference<?> reference
              ? Expressions.and(Expressions.notNull(reference.name()), predicate)
              : predicate;
    };
  }

  @Override
  public <T> Expression predicate(BoundPredicate<T> predicate) {
    throw new IllegalArgumentException("Give the filter unbound: " + predicate.op());
  }
}
