package io.firn.format;

import io.firn.error.InvalidArgumentException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;

/**
 * An Iceberg expression over rows of a schema, evaluated on whole batches or on single rows. A
 * comparison with null is not true, nor is its negation, as in SQL. Apart from that what matches is
 * what Iceberg's {@link Evaluator} says: numbers come before NaN, and {@code -0.0} is below {@code
 * 0.0}.
 *
 * <p>Comparisons, {@code in}, {@code startsWith} and tests for null and NaN of flat columns run
 * over primitive arrays; anything else is evaluated row by row. Immutable and safe for use by
 * several threads.
 */
public final class RowFilter {

  private final Schema schema;
  private final FilterNode root;
  private final Evaluator evaluator;

  private RowFilter(Schema schema, FilterNode root, Evaluator evaluator) {
    this.schema = schema;
    this.root = root;
    this.evaluator = evaluator;
  }

  /**
   * @param schema the schema of the rows, which has every column the expression names
   * @param expression an unbound expression; names are case sensitive
   * @throws InvalidArgumentException if a column is unknown, or a literal does not fit its type
   */
  public static RowFilter of(Schema schema, Expression expression) {
    try {
      Expression known = KnownValues.required(expression);
      return new RowFilter(
          schema,
          FilterCompiler.compile(schema.asStruct(), known),
          new Evaluator(schema.asStruct(), known, true));
    } catch (ValidationException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new InvalidArgumentException("the filter does not fit the table: " + e.getMessage(), e);
    }
  }

  /**
   * Writes the indexes of the matching rows, ascending, and returns how many they are.
   *
   * @param batch rows of the filter's schema
   * @param selection has room for as many as the batch has rows
   */
  public int select(ColumnBatch batch, int[] selection) {
    int rows = batch.rowCount();
    for (int i = 0; i < rows; i++) {
      selection[i] = i;
    }
    return root.retain(batch, selection, rows);
  }

  /**
   * Keeps those of the first {@code count} selected rows that match; returns how many they are.
   *
   * @param selection ascending indexes of rows of the batch
   */
  public int retain(ColumnBatch batch, int[] selection, int count) {
    return root.retain(batch, selection, count);
  }

  /** Whether a row of Iceberg generic values matches. */
  public boolean test(StructLike row) {
    return evaluator.eval(new InternalRow(schema.asStruct(), row));
  }
}
