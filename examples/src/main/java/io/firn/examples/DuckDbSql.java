package io.firn.examples;

import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.duckdb.DuckDBConnection;

/**
 * SQL over a table that is being written: DuckDB reads the engine's Arrow batches without a copy,
 * and sees rows that no file has yet. Run it with a directory.
 *
 * <p>Java needs {@code --add-opens=java.base/java.nio=ALL-UNNAMED} for Arrow.
 */
public final class DuckDbSql {

  private DuckDbSql() {}

  public static void main(String[] arguments) throws Exception {
    Schema schema =
        new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "city", Types.StringType.get()),
            Types.NestedField.optional(3, "celsius", Types.DoubleType.get()));

    try (FirnTable readings =
        FirnTable.builder().path(arguments[0]).schema(schema).key("id").open()) {
      write(readings, 0, 1_000, 10.0);
      readings.flush(); // in a Parquet file now
      write(readings, 500, 1_500, 20.0); // half of them again, and new ones: in memory only
      readings.delete(0L);

      query(
          readings,
          """
          SELECT city, count(*) AS readings, avg(celsius) AS celsius
          FROM readings GROUP BY city ORDER BY city
          """);
    }
  }

  private static void write(FirnTable table, long from, long to, double celsius) {
    Record row = GenericRecord.create(table.schema());
    WriteBatch batch = table.newBatch();
    for (long id = from; id < to; id++) {
      row.setField("id", id);
      row.setField("city", id % 2 == 0 ? "Bern" : "Oslo");
      row.setField("celsius", celsius);
      batch.put(row);
    }
    table.write(batch);
  }

  private static void query(FirnTable table, String sql) throws Exception {
    try (BufferAllocator allocator = new RootAllocator();
        ArrowReader rows = table.scan().arrow(allocator);
        ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
        Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      Data.exportArrayStream(allocator, rows, stream);
      // A stream is read once: make a new one for each statement.
      connection.unwrap(DuckDBConnection.class).registerArrowStream("readings", stream);
      try (ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          System.out.printf(
              "%s: %d readings, %.2f degrees%n",
              result.getString("city"), result.getLong("readings"), result.getDouble("celsius"));
        }
      }
    }
  }
}
