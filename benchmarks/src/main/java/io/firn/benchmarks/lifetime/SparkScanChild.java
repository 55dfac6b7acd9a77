package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.reference.ColumnSum;
import io.firn.benchmarks.spark.SparkComparison;
import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.FirnSettings;
import io.firn.benchmarks.suite.WrongAnswerError;
import io.firn.engine.CompactionKind;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import java.io.IOException;
import java.util.List;

/**
 * Makes the reference table as its updates leave it and as a full compaction leaves it, and has
 * Spark scan both. It is told the number of rows.
 */
public final class SparkScanChild {

  private static final int DELETES_PER_UPDATE = 10;

  private SparkScanChild() {}

  public static void main(String[] arguments) throws IOException {
    ChildArguments told = ChildArguments.of(arguments);
    int rows = told.number(0);
    String path = told.path("table");
    FirnOptions options = FirnSettings.builder().durability(Durability.ASYNC).build();
    try (MeasuredTable measured = new MeasuredTable(path, options, rows)) {
      measured.loadUpTo(rows);
      measured.settle();
      for (int part = 0; part < DELETES_PER_UPDATE; part++) {
        measured.update(rows / 2 / DELETES_PER_UPDATE);
        measured.delete(rows / 2 / DELETES_PER_UPDATE / DELETES_PER_UPDATE);
      }
      measured.settle();
      try (SparkComparison spark = SparkComparison.start(told, path)) {
        ColumnSum expected = measured.model().d1Sum();
        compare(spark, SparkComparison.NATURAL, expected);
        measured.table().compact(CompactionKind.FULL);
        compare(spark, SparkComparison.COMPACTED, expected);
      }
      measured.check();
    }
  }

  private static void compare(SparkComparison spark, String state, ColumnSum expected) {
    spark.ask(
        SparkScanSuite.ONE_COLUMN + " " + state,
        "SELECT count(*), sum(d1) FROM $table",
        answer -> check(answer.get(0), expected));
    spark.consume(SparkScanSuite.ALL_COLUMNS + " " + state, "SELECT * FROM $table");
  }

  private static void check(List<?> answer, ColumnSum expected) {
    ColumnSum sum = new ColumnSum();
    sum.add(
        Long.parseLong(String.valueOf(answer.get(0))),
        Double.parseDouble(String.valueOf(answer.get(1))));
    WrongAnswerError.check(sum.sameAs(expected), "Spark's count and sum");
  }
}
