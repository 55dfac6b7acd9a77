package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.And;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Not;
import org.apache.iceberg.expressions.Or;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RowFilterTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void whatMatchesIsWhatIcebergsEvaluatorSaysAndNullsAreUnknown() {
    Random random = seeds.random();
    Schema schema = RandomExpressions.schema();
    RandomRows generator = new RandomRows(random);
    RandomExpressions expressions = new RandomExpressions(random, schema);
    for (int round = 0; round < 60; round++) {
      List<Record> rows = new ArrayList<>();
      ColumnBatch batch = ColumnBatch.of(schema);
      for (int i = random.nextInt(80); i >= 0; i--) {
        Record row = GenericRecord.create(schema);
        for (int c = 0; c < schema.columns().size(); c++) {
          row.set(c, generator.valueOrNull(schema.columns().get(c)));
        }
        rows.add(row);
        batch.append(row);
      }
      for (int e = 0; e < 40; e++) {
        check(schema, rows, batch, expressions.next(rows, 3));
      }
    }
  }

  private static void check(
      Schema schema, List<Record> rows, ColumnBatch batch, Expression expression) {
    InternalRecordWrapper wrapper = new InternalRecordWrapper(schema.asStruct());
    RowFilter filter = RowFilter.of(schema, expression);
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      boolean matches = truth(schema, expression, wrapper.wrap(rows.get(i))) == Truth.TRUE;
      assertThat(filter.test(rows.get(i))).as("row %s, %s", i, expression).isEqualTo(matches);
      if (matches) {
        expected.add(i);
      }
    }
    int[] selection = new int[rows.size()];
    int count = filter.select(batch, selection);
    assertThat(Arrays.stream(selection).limit(count).boxed().toList())
        .as("%s", expression)
        .isEqualTo(expected);
  }

  private enum Truth {
    FALSE,
    UNKNOWN,
    TRUE
  }

  /**
   * Three-valued logic, worked out node by node; each comparison of a value by Iceberg's evaluator.
   */
  private static Truth truth(Schema schema, Expression expression, StructLike row) {
    if (expression instanceof And and) {
      return min(truth(schema, and.left(), row), truth(schema, and.right(), row));
    }
    if (expression instanceof Or or) {
      return max(truth(schema, or.left(), row), truth(schema, or.right(), row));
    }
    if (expression instanceof Not not) {
      return Truth.values()[2 - truth(schema, not.child(), row).ordinal()];
    }
    if (expression instanceof UnboundPredicate<?> predicate
        && !Set.of(Operation.IS_NULL, Operation.NOT_NULL, Operation.IS_NAN, Operation.NOT_NAN)
            .contains(predicate.op())
        && new Evaluator(schema.asStruct(), Expressions.isNull(predicate.ref().name()), true)
            .eval(row)) {
      return Truth.UNKNOWN;
    }
    return new Evaluator(schema.asStruct(), expression, true).eval(row) ? Truth.TRUE : Truth.FALSE;
  }

  private static Truth min(Truth a, Truth b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  private static Truth max(Truth a, Truth b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  @Test
  void aComparisonWithNullIsNeitherTrueNorFalse() {
    Schema schema = new Schema(NestedField.optional(1, "a", Types.IntegerType.get()));
    ColumnBatch batch = ColumnBatch.of(schema);
    batch.column(0).appendNull();
    ((IntColumn) batch.column(0)).append(3);
    int[] selection = new int[2];
    assertThat(RowFilter.of(schema, Expressions.lessThan("a", 10)).select(batch, selection))
        .isEqualTo(1);
    assertThat(
            RowFilter.of(schema, Expressions.not(Expressions.equal("a", 3)))
                .select(batch, selection))
        .isZero();
  }

  @Test
  void retainLooksAtSelectedRowsOnly() {
    Schema schema = new Schema(NestedField.required(1, "a", Types.IntegerType.get()));
    ColumnBatch batch = ColumnBatch.of(schema);
    for (int i = 0; i < 10; i++) {
      ((IntColumn) batch.column(0)).append(i);
    }
    int[] selection = {1, 3, 5, 7, 9};
    RowFilter filter =
        RowFilter.of(
            schema, Expressions.or(Expressions.greaterThan("a", 6), Expressions.in("a", 2, 3, 4)));
    assertThat(filter.retain(batch, selection, 5)).isEqualTo(3);
    assertThat(selection).startsWith(3, 7, 9);
  }

  @Test
  void unknownColumnsAndUnfitLiteralsAreRefused() {
    Schema schema = new Schema(NestedField.required(1, "a", Types.IntegerType.get()));
    assertThatThrownBy(() -> RowFilter.of(schema, Expressions.equal("b", 1)))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("b");
    assertThatThrownBy(() -> RowFilter.of(schema, Expressions.equal("a", "x")))
        .isInstanceOf(InvalidArgumentException.class);
  }
}
