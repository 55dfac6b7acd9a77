package io.firn.format;

import java.util.Arrays;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.types.Types;

/** A condition on rows, evaluated over selections. Immutable. */
interface FilterNode {

  /**
   * Keeps those of the first {@code count} selected rows that match, in order, at the beginning of
   * {@code selection}; returns how many they are.
   */
  int retain(ColumnBatch batch, int[] selection, int count);

  FilterNode ALL = (batch, selection, count) -> count;
  FilterNode NONE = (batch, selection, count) -> 0;

  static FilterNode and(FilterNode left, FilterNode right) {
    return (batch, selection, count) ->
        right.retain(batch, selection, left.retain(batch, selection, count));
  }

  static FilterNode or(FilterNode left, FilterNode right) {
    return (batch, selection, count) -> {
      int[] first = Arrays.copyOf(selection, count);
      int firstCount = left.retain(batch, first, count);
      int[] rest = new int[count - firstCount];
      int restCount = 0;
      int at = 0;
      for (int i = 0; i < count; i++) {
        if (at < firstCount && first[at] == selection[i]) {
          at++;
        } else {
          rest[restCount++] = selection[i];
        }
      }
      restCount = right.retain(batch, rest, restCount);
      int from = 0;
      int kept = 0;
      for (int i = 0; i < firstCount; i++) {
        while (from < restCount && rest[from] < first[i]) {
          selection[kept++] = rest[from++];
        }
        selection[kept++] = first[i];
      }
      while (from < restCount) {
        selection[kept++] = rest[from++];
      }
      return kept;
    };
  }

  /** A condition that is evaluated on each row as a whole. */
  static FilterNode rows(Types.StructType type, Evaluator evaluator) {
    return (batch, selection, count) -> {
      int kept = 0;
      for (int i = 0; i < count; i++) {
        if (evaluator.eval(new InternalRow(type, batch.row(selection[i])))) {
          selection[kept++] = selection[i];
        }
      }
      return kept;
    };
  }

  /** Null or not null. */
  static FilterNode nulls(int fieldId, boolean wanted) {
    return (batch, selection, count) -> {
      boolean[] nulls = batch.column(batch.indexOf(fieldId)).nulls();
      if (nulls == null) {
        return wanted ? 0 : count;
      }
      int kept = 0;
      for (int i = 0; i < count; i++) {
        if (nulls[selection[i]] == wanted) {
          selection[kept++] = selection[i];
        }
      }
      return kept;
    };
  }
}
