package io.firn.benchmarks.tpch;

import io.firn.benchmarks.spark.SparkComparison;
import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.FirnSettings;
import io.firn.benchmarks.suite.Latencies;
import io.firn.benchmarks.suite.WrongAnswerError;
import io.firn.engine.CompactionKind;
import io.firn.engine.Durability;
import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.data.Record;

/** Loads, refreshes and asks. It is told the scale factor. */
public final class TpchChild {

  private static final int WARM_UPS = 3;
  private static final int REPETITIONS = 7;
  private static final int CHECKED_ROWS = 2_000;

  /** How many parts of a hundred of the lines each step of the refresh changes. */
  private static final int REFRESHED_PERCENT = 5;

  private static final int Q1_GROUPS = 4;

  private static final String Q1 =
      """
      SELECT l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice),
        sum(l_extendedprice * (1 - l_discount)),
        sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)),
        count(*), avg(l_quantity), avg(l_extendedprice), avg(l_discount)
      FROM $table WHERE l_shipdate <= DATE '%s'
      GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus
      """
          .formatted(LineItems.Q1_LAST);

  private static final String Q6 =
      """
      SELECT sum(l_extendedprice * l_discount) FROM $table
      WHERE l_shipdate >= DATE '%s' AND l_shipdate < DATE '%s'
        AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < %d
      """
          .formatted(LineItems.Q6_FROM, LineItems.Q6_BEFORE, LineItems.Q6_QUANTITY_BELOW);

  private final ChildArguments told;
  private final FirnTable table;
  private final LineItems model;
  private final Random random = new Random(20261125);

  private TpchChild(ChildArguments told, FirnTable table, LineItems model) {
    this.told = told;
    this.table = table;
    this.model = model;
  }

  public static void main(String[] arguments) throws IOException {
    ChildArguments told = ChildArguments.of(arguments);
    LineItems model = new LineItems(Double.parseDouble(told.rest().get(0)));
    String path = told.path("lineitem");
    try (FirnTable table =
        FirnTable.builder()
            .path(path)
            .schema(LineItems.SCHEMA)
            .key("l_orderkey", "l_linenumber")
            .options(FirnSettings.builder().durability(Durability.ASYNC).build())
            .create()) {
      TpchChild child = new TpchChild(told, table, model);
      child.load();
      child.refresh();
      child.checkRows();
      child.query(SparkComparison.NATURAL);
      try (SparkComparison spark = SparkComparison.start(told, path)) {
        child.query(spark, SparkComparison.NATURAL);
        table.compact(CompactionKind.FULL);
        child.query(spark, SparkComparison.COMPACTED);
      }
      child.query(SparkComparison.COMPACTED);
      child.checkRows();
    }
  }

  private void settle() {
    table.flush();
    table.compact(CompactionKind.DUE);
  }

  private void load() {
    long start = System.nanoTime();
    for (int line = 0; line < model.size(); line++) {
      table.put(model.record(line));
    }
    rate("load", model.size(), start);
    settle();
    rate("load settled", model.size(), start);
  }

  /** New orders and deleted ones, as TPC-H's refresh functions have them, and updated lines. */
  private void refresh() {
    long start = System.nanoTime();
    int share = model.size() * REFRESHED_PERCENT / 100;
    int operations = 0;
    for (int inserted = 0; inserted < share; ) {
      int line = random.nextInt(model.size());
      WriteBatch order = table.newBatch();
      for (int i = model.orderStart(line); i < model.orderEnd(line); i++) {
        order.put(model.repeat(i));
      }
      table.write(order);
      inserted += order.size();
      operations += order.size();
    }
    for (int deleted = 0; deleted < share; ) {
      int line = random.nextInt(model.size());
      WriteBatch order = table.newBatch();
      for (int i = model.orderStart(line); i < model.orderEnd(line); i++) {
        model.delete(i);
        order.delete(model.key(i));
      }
      table.write(order);
      deleted += order.size();
      operations += order.size();
    }
    for (int updated = 0; updated < share; ) {
      int line = random.nextInt(model.size());
      if (model.isLive(line)) {
        table.put(model.update(line));
        updated++;
        operations++;
      }
    }
    settle();
    rate("refresh settled", operations, start);
  }

  private void rate(String figure, int operations, long start) {
    told.sink().figure(figure, "rows/s", operations / ((System.nanoTime() - start) / 1e9));
  }

  private void checkRows() {
    for (int i = 0; i < CHECKED_ROWS; i++) {
      int line = random.nextInt(model.size());
      Record found = table.get(model.key(line)).orElse(null);
      WrongAnswerError.check(
          model.isLive(line) ? model.record(line).equals(found) : found == null, "a line");
    }
    WrongAnswerError.check(table.stats().liveRows() == model.liveRows(), "the number of lines");
  }

  private void query(String state) throws IOException {
    Map<String, PricingSummary> q1 = model.q1();
    long q6 = model.q6();
    WrongAnswerError.check(q1.size() == Q1_GROUPS && q6 > 0, "the model: a query finds nothing");
    Latencies first = new Latencies(REPETITIONS);
    Latencies sixth = new Latencies(REPETITIONS);
    for (int i = 0; i < WARM_UPS + REPETITIONS; i++) {
      long start = System.nanoTime();
      WrongAnswerError.check(ArrowQueries.q1(table).equals(q1), "Q1 over Arrow");
      long between = System.nanoTime();
      WrongAnswerError.check(ArrowQueries.q6(table) == q6, "Q6 over Arrow");
      long end = System.nanoTime();
      if (i >= WARM_UPS) {
        first.add(between - start);
        sixth.add(end - between);
      }
    }
    told.sink().figure("Q1 over Arrow " + state, "ms", first.percentileMicros(50) / 1e3);
    told.sink().figure("Q6 over Arrow " + state, "ms", sixth.percentileMicros(50) / 1e3);
  }

  private void query(SparkComparison spark, String state) {
    Map<String, PricingSummary> q1 = model.q1();
    BigDecimal q6 = BigDecimal.valueOf(model.q6(), 4);
    spark.ask(TpchSuite.Q1 + " " + state, Q1, rows -> checkQ1(rows, q1));
    spark.ask(
        TpchSuite.Q6 + " " + state,
        Q6,
        rows ->
            WrongAnswerError.check(
                new BigDecimal(String.valueOf(rows.get(0).get(0))).compareTo(q6) == 0,
                "Q6 by Spark"));
  }

  private static void checkQ1(List<? extends List<?>> rows, Map<String, PricingSummary> expected) {
    WrongAnswerError.check(rows.size() == expected.size(), "the groups of Q1 by Spark");
    for (List<?> row : rows) {
      PricingSummary summary = expected.get(row.get(0) + "" + row.get(1));
      WrongAnswerError.check(summary != null && summary.sameAs(row, 2), "Q1 by Spark");
    }
  }
}
