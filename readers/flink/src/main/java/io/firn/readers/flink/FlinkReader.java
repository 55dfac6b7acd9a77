package io.firn.readers.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** Asks Flink's batch mode the questions in a directory and prints a JSON object for each. */
public final class FlinkReader {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final TableEnvironment flink;

  private FlinkReader(TableEnvironment flink) {
    this.flink = flink;
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]).toAbsolutePath();
    TableEnvironment flink =
        TableEnvironment.create(EnvironmentSettings.newInstance().inBatchMode().build());
    flink.getConfig().set("parallelism.default", "1");
    flink
        .executeSql(
            "CREATE CATALOG lake WITH ('type'='iceberg', 'catalog-type'='hadoop',"
                + " 'cache-enabled'='false', 'warehouse'='file://"
                + directory.resolve("warehouse")
                + "')")
        .await();
    FlinkReader reader = new FlinkReader(flink);
    for (JsonNode question : JSON.readTree(directory.resolve("questions.json").toFile())) {
      ObjectNode line = JSON.createObjectNode();
      line.put("question", question.get("id").asText());
      try {
        line.put("answer", reader.answer(question));
      } catch (Exception | LinkageError e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
          cause = cause.getCause();
        }
        line.put("error", String.valueOf(cause));
      }
      System.out.println(JSON.writeValueAsString(line));
    }
    System.exit(0);
  }

  private String answer(JsonNode question) throws Exception {
    String columns = question.get("columns").asText();
    String kind = question.get("kind").asText();
    String select =
        switch (kind) {
          case "count" -> "SELECT count(*)";
          case "sum" -> "SELECT sum(cast(amount AS bigint))";
          default -> "SELECT " + quoted(columns);
        };
    String snapshot =
        question.get("snapshot").isNull()
            ? ""
            : " /*+ OPTIONS('snapshot-id'='" + question.get("snapshot").asLong() + "') */";
    String where =
        question.get("key").isNull() ? "" : " WHERE id = " + question.get("key").asLong();
    String from = " FROM lake.db." + question.get("table").asText() + snapshot;
    String order = columns.isEmpty() ? "" : " ORDER BY id";
    List<String> rows = new ArrayList<>();
    try (CloseableIterator<Row> result =
        flink.executeSql(select + from + where + order).collect()) {
      while (result.hasNext()) {
        Row row = result.next();
        rows.add(
            IntStream.range(0, row.getArity())
                .mapToObj(i -> String.valueOf(row.getField(i)))
                .collect(Collectors.joining("|")));
      }
    }
    return kind.equals("digest") ? digest(rows) : String.join("\n", rows);
  }

  private static String quoted(String columns) {
    return "`" + columns.replace(",", "`,`") + "`";
  }

  private static String digest(List<String> rows) throws Exception {
    byte[] bytes =
        MessageDigest.getInstance("SHA-256")
            .digest(String.join("\n", rows).getBytes(StandardCharsets.UTF_8));
    return rows.size() + ":" + HexFormat.of().formatHex(bytes, 0, 8);
  }
}
