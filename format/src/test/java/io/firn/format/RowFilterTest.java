package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RowFilterTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void whatMatchesIsWhatIcebergsEvaluatorSays() {
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
    Evaluator evaluator = new Evaluator(schema.asStruct(), expression, true);
    InternalRecordWrapper wrapper = new InternalRecordWrapper(schema.asStruct());
    RowFilter filter = RowFilter.of(schema, expression);
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      boolean matches = evaluator.eval(wrapper.wrap(rows.get(i)));
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
