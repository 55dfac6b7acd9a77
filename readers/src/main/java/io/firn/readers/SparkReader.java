package io.firn.readers;

import io.firn.spark.runner.SparkProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Spark, of the line that the module of its session was last built for. */
public final class SparkReader {

  private SparkReader() {}

  /** Prints the answers to the questions in a directory. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]).toAbsolutePath();
    try (SparkProcess spark = SparkProcess.start()) {
      spark.catalog(
          "lake",
          Map.of(
              "type",
              "hadoop",
              "warehouse",
              directory.resolve("warehouse").toString(),
              "cache-enabled",
              "false"));
      Answers.print(directory, question -> answer(spark, question));
    }
  }

  private static String answer(SparkProcess spark, Question question) {
    String from =
        " FROM lake.db."
            + question.table()
            + (question.snapshot() == null ? "" : " VERSION AS OF " + question.snapshot())
            + (question.key() == null ? "" : " WHERE id = " + question.key());
    String select =
        switch (question.kind()) {
          case "count" -> "SELECT count(*)";
          case "sum" -> "SELECT sum(amount)";
          default -> "SELECT " + question.columns();
        };
    boolean rows = !question.columns().isEmpty();
    List<String> texts = new ArrayList<>();
    for (List<@Nullable String> row :
        spark.sql(select + from + (rows ? " ORDER BY id" : "")).rows()) {
      List<@Nullable Object> values = new ArrayList<>(row);
      texts.add(Digest.row(values));
    }
    return question.kind().equals("digest") ? Digest.of(texts) : String.join("\n", texts);
  }
}
