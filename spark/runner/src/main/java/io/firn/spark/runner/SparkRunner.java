package io.firn.spark.runner;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * One Spark session that stays open, driven by lines. Each line on standard input is a command, its
 * parts separated by tabs; each is answered by one line of JSON on standard output:
 *
 * <ul>
 *   <li>{@code sql STATEMENT} runs a statement;
 *   <li>{@code consume QUERY} runs a query to its last row and value, and keeps none of them;
 *   <li>{@code conf KEY VALUE} configures the session;
 *   <li>{@code load VIEW PATH [OPTION VALUE]...} reads {@code format("iceberg").load(PATH)} with
 *       options, and names it as a view.
 * </ul>
 *
 * <p>The answer is {@code {"columns":[..],"rows":[[..]]}}, every value as text or null, or {@code
 * {"error":".."}}. Lines hold no line breaks and no tabs within parts. The end of the input ends
 * the process.
 */
public final class SparkRunner {

  private static final String PATHS = "spark.sql.catalog.default_iceberg";

  private final SparkSession spark;
  private final ObjectMapper json = new ObjectMapper();

  private SparkRunner(SparkSession spark) {
    this.spark = spark;
  }

  /** Starts the session, says {@code ready}, and answers until the input ends. */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("firn")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 2)
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.datetime.java8API.enabled", true)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config(
                "spark.sql.extensions",
                "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
            // The catalog behind load(path). By default it is a Hive one, whose classes only a
            // Spark distribution has; a path needs none of it.
            .config(PATHS, "org.apache.iceberg.spark.SparkCatalog")
            .config(PATHS + ".type", "hadoop")
            .config(PATHS + ".warehouse", System.getProperty("java.io.tmpdir"))
            .config(PATHS + ".cache-enabled", false)
            .getOrCreate();
    SparkRunner runner = new SparkRunner(spark);
    answers.println(runner.json.writeValueAsString(Map.of("ready", spark.version())));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line;
    while ((line = commands.readLine()) != null) {
      answers.println(runner.answer(line));
    }
    // Nothing of the session outlives the process, and an orderly stop takes a second.
    Runtime.getRuntime().halt(0);
  }

  private String answer(String line) throws IOException {
    Map<String, Object> answer = new LinkedHashMap<>();
    try {
      String[] parts = line.split("\t");
      Dataset<Row> result =
          switch (parts[0]) {
            case "sql" -> spark.sql(parts[1]);
            case "consume" -> consume(parts[1]);
            case "conf" -> configure(parts[1], parts[2]);
            case "load" -> load(parts);
            default -> throw new IllegalArgumentException("Unknown command: " + parts[0]);
          };
      answer.put("columns", List.of(result.columns()));
      List<List<Object>> rows = new ArrayList<>();
      for (Row row : result.collectAsList()) {
        rows.add(values(row));
      }
      answer.put("rows", rows);
    } catch (Exception | LinkageError e) {
      e.printStackTrace();
      answer.clear();
      answer.put("error", String.valueOf(e));
    }
    return json.writeValueAsString(answer);
  }

  private Dataset<Row> consume(String query) {
    spark.sql(query).write().format("noop").mode("overwrite").save();
    return spark.emptyDataFrame();
  }

  private Dataset<Row> configure(String key, String value) {
    spark.conf().set(key, value);
    return spark.emptyDataFrame();
  }

  private Dataset<Row> load(String[] parts) {
    DataFrameReader reader = spark.read().format("iceberg");
    for (int option = 3; option + 1 < parts.length; option += 2) {
      reader = reader.option(parts[option], parts[option + 1]);
    }
    reader.load(parts[2]).createOrReplaceTempView(parts[1]);
    return spark.emptyDataFrame();
  }

  private static List<Object> values(Row row) {
    List<Object> values = new ArrayList<>(row.length());
    for (int i = 0; i < row.length(); i++) {
      Object value = row.get(i);
      values.add(value == null ? null : SparkText.of(value));
    }
    return values;
  }
}
