package io.firn.benchmarks.spark;

import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.Comparison;
import io.firn.benchmarks.suite.Latencies;
import io.firn.benchmarks.suite.Target;
import io.firn.spark.runner.SparkProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A Spark session that reads two tables of the same rows: the live one of Firn, by its path, and a
 * plain Iceberg table that Spark has written. Of one thread.
 */
public final class SparkComparison implements AutoCloseable {

  /** The store under which figures of the plain table are reported. */
  public static final String PLAIN = "plain";

  /** The state of the live table as its updates have left it. */
  public static final String NATURAL = "natural";

  /** The state of the live table after a full compaction. */
  public static final String COMPACTED = "compacted";

  private static final double NATURAL_GOAL = 0.8;
  private static final double COMPACTED_GOAL = 1;
  private static final String LIVE_VIEW = "live";
  private static final String PLAIN_TABLE = "plain.db.copy";
  private static final int WARM_UPS = 6;
  private static final int REPETITIONS = 20;

  private final ChildArguments told;
  private final SparkProcess spark;
  private final String livePath;

  private SparkComparison(ChildArguments told, SparkProcess spark, String livePath) {
    this.told = told;
    this.spark = spark;
    this.livePath = livePath;
  }

  /** Starts a session and has it copy the live table. */
  public static SparkComparison start(ChildArguments told, String livePath) throws IOException {
    SparkComparison comparison =
        new SparkComparison(told, SparkProcess.start(List.of("-Xmx2g")), livePath);
    comparison.copy();
    return comparison;
  }

  /** P7 for each question, whose figure is named by the question and the state. */
  public static List<Target> targets(String store, List<String> questions) {
    return questions.stream()
        .flatMap(
            question ->
                Stream.of(
                    target(store, question + " " + NATURAL, NATURAL_GOAL),
                    target(store, question + " " + COMPACTED, COMPACTED_GOAL)))
        .toList();
  }

  private static Target target(String store, String figure, double goal) {
    return Target.against("P7", figure, store, Comparison.TIMES_AS_FAST, goal, PLAIN);
  }

  private void copy() {
    spark.catalog(
        "plain", Map.of("type", "hadoop", "warehouse", Path.of(told.path("plain")).toString()));
    spark.load(LIVE_VIEW, livePath);
    long start = System.nanoTime();
    spark.sql("CREATE TABLE " + PLAIN_TABLE + " USING iceberg AS SELECT * FROM " + LIVE_VIEW);
    told.sink(PLAIN).figure("copy", "s", (System.nanoTime() - start) / 1e9);
  }

  /**
   * Asks both tables, one first and then the other first, until both are warm, and then reports
   * what the median question took.
   *
   * @param name the figure
   * @param question an SQL query, in which {@code $table} stands for the table
   * @param check is given every answer
   */
  public void ask(String name, String question, Consumer<List<? extends List<?>>> check) {
    compare(name, table -> check.accept(spark.sql(question.replace("$table", table)).rows()));
  }

  /** As {@link #ask}, for a query whose rows are too many to be given back. */
  public void consume(String name, String question) {
    compare(name, table -> spark.consume(question.replace("$table", table)));
  }

  private void compare(String name, Consumer<String> query) {
    spark.load(LIVE_VIEW, livePath);
    Latencies live = new Latencies(REPETITIONS);
    Latencies plain = new Latencies(REPETITIONS);
    for (int i = 0; i < WARM_UPS + REPETITIONS; i++) {
      boolean liveFirst = i % 2 == 0;
      long first = nanos(query, liveFirst ? LIVE_VIEW : PLAIN_TABLE);
      long second = nanos(query, liveFirst ? PLAIN_TABLE : LIVE_VIEW);
      if (i >= WARM_UPS) {
        live.add(liveFirst ? first : second);
        plain.add(liveFirst ? second : first);
      }
    }
    told.sink().figure(name, "ms", live.percentileMicros(50) / 1e3);
    told.sink(PLAIN).figure(name, "ms", plain.percentileMicros(50) / 1e3);
  }

  private static long nanos(Consumer<String> query, String table) {
    long start = System.nanoTime();
    query.accept(table);
    return System.nanoTime() - start;
  }

  @Override
  public void close() throws IOException {
    spark.close();
  }
}
