package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.util.function.IntPredicate;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.BoundPredicate;
import org.apache.iceberg.expressions.BoundReference;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionVisitors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;

/**
 * Finds the rows of a file that may match an expression, by what is known of its pages. Inclusive:
 * a row that {@link RowFilter} would keep is never left out.
 */
final class PagePruner extends ExpressionVisitors.ExpressionVisitor<RowRanges> {

  private final FileLayout layout;
  private final Schema schema;
  private final RowRanges all;

  private PagePruner(FileLayout layout, Schema schema) {
    this.layout = layout;
    this.schema = schema;
    this.all = RowRanges.of(0, layout.rowCount());
  }

  /**
   * @param schema has the columns that the expression names
   * @throws InvalidArgumentException if a column is unknown or a literal does not fit its type
   */
  static RowRanges ranges(Expression expression, FileLayout layout, Schema schema) {
    try {
      return ExpressionVisitors.visit(
          Expressions.rewriteNot(expression), new PagePruner(layout, schema));
    } catch (ValidationException e) {
      throw new InvalidArgumentException("the filter does not fit the table: " + e.getMessage(), e);
    }
  }

  @Override
  public RowRanges alwaysTrue() {
    return all;
  }

  @Override
  public RowRanges alwaysFalse() {
    return RowRanges.none();
  }

  @Override
  public RowRanges and(RowRanges left, RowRanges right) {
    return left.intersect(right);
  }

  @Override
  public RowRanges or(RowRanges left, RowRanges right) {
    return left.union(right);
  }

  @Override
  public <T> RowRanges predicate(UnboundPredicate<T> predicate) {
    Expression bound = Binder.bind(schema.asStruct(), predicate, true);
    if (bound.op() == Expression.Operation.FALSE) {
      return RowRanges.none();
    }
    if (!(bound instanceof BoundPredicate<?> leaf)
        || !(leaf.term() instanceof BoundReference<?> reference)) {
      return all;
    }
    PageBounds bounds = layout.bounds(reference.fieldId());
    if (bounds == null || !comparable(bounds.type(), reference.type())) {
      return all;
    }
    IntPredicate mayMatch = new PageTest(bounds, leaf, reference.type())::mayMatch;
    RowRanges.Builder ranges = new RowRanges.Builder();
    for (int page = 0; page < bounds.pages().pages(); page++) {
      if (mayMatch.test(page)) {
        ranges.add(bounds.pages().firstRow(page), bounds.pages().endRow(page));
      }
    }
    return ranges.build();
  }

  /** Whether bounds of values of the file's type bound them in the type they are wanted in, too. */
  private static boolean comparable(Type stored, Type wanted) {
    if (stored instanceof Types.DecimalType a && wanted instanceof Types.DecimalType b) {
      return a.scale() == b.scale();
    }
    return stored.equals(wanted)
        || (stored.typeId() == TypeID.INTEGER && wanted.typeId() == TypeID.LONG)
        || (stored.typeId() == TypeID.FLOAT && wanted.typeId() == TypeID.DOUBLE);
  }
}
