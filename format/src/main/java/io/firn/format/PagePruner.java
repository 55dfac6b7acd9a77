package io.firn.format;

import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;

/** Finds the rows of a file that may match an expression, by what is known of its pages. */
final class PagePruner {

  private PagePruner() {}

  static RowRanges ranges(Expression expression, FileLayout layout, Schema schema) {
    return RowRanges.of(0, layout.rowCount());
  }
}
