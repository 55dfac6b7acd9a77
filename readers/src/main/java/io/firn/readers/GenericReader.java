package io.firn.readers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/** Iceberg's generic reader for Java. */
public final class GenericReader {

  private GenericReader() {}

  /** Prints the answers to the questions in a directory. */
  public static void main(String[] arguments) throws IOException {
    Answers.print(Path.of(arguments[0]), GenericReader::answer);
  }

  static String answer(Question question) throws IOException {
    Table table = new HadoopTables().load(question.location());
    IcebergGenerics.ScanBuilder scan = IcebergGenerics.read(table);
    Long key = question.key();
    if (key != null) {
      scan = scan.where(Expressions.equal("id", key));
    }
    Long snapshot = question.snapshot();
    if (snapshot != null) {
      scan = scan.useSnapshot(snapshot);
    }
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = scan.build()) {
      records.forEach(rows::add);
    }
    rows.sort(Comparator.comparing(row -> (Long) row.getField("id")));
    return switch (question.kind()) {
      case "count" -> Integer.toString(rows.size());
      case "sum" ->
          Long.toString(
              rows.stream().mapToLong(row -> ((Number) row.getField("amount")).longValue()).sum());
      case "row" -> String.join("\n", texts(question, rows));
      default -> Digest.of(texts(question, rows));
    };
  }

  private static List<String> texts(Question question, List<Record> rows) {
    return rows.stream()
        .map(
            row -> {
              List<@Nullable Object> values = new ArrayList<>();
              for (String column : question.columns().split(",", -1)) {
                values.add(row.getField(column));
              }
              return Digest.row(values);
            })
        .toList();
  }
}
