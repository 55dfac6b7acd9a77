package io.firn.spark;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.spark.runner.SparkProcess;
import io.firn.spark.runner.SparkResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Proves the harness itself on a table that is not Firn's. */
@ExtendWith(SharedSpark.class)
class SparkHarnessTest {

  private static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.LongType.get()),
          optional(2, "name", Types.StringType.get()),
          optional(3, "price", Types.DecimalType.of(9, 2)),
          optional(4, "day", Types.DateType.get()),
          optional(5, "at", Types.TimestampType.withZone()),
          optional(6, "local", Types.TimestampType.withoutZone()),
          optional(7, "tags", Types.ListType.ofOptional(8, Types.StringType.get())),
          optional(
              9,
              "scores",
              Types.MapType.ofOptional(10, 11, Types.StringType.get(), Types.DoubleType.get())),
          optional(12, "place", Types.StructType.of(optional(13, "lat", Types.FloatType.get()))));

  @TempDir Path directory;

  @Test
  void everyValueComesBackAsTheSameText(SparkProcess spark) throws IOException {
    Table table =
        new HadoopTables(new Configuration())
            .create(
                SCHEMA,
                PartitionSpec.unpartitioned(),
                Map.of("format-version", "3"),
                directory + "/db/plain");
    spark.catalog("plain", Map.of("type", "hadoop", "warehouse", directory.toString()));
    spark.sql(
        """
        INSERT INTO plain.db.plain VALUES
          (1, 'tab and "quote" é', 12.50, DATE '1969-12-31', TIMESTAMP '2026-11-21 05:30:01.25Z',
           TIMESTAMP_NTZ '2026-11-21 05:30:00', array('a', 'b'), map('x', 1.5D, 'a', -0.25D),
           named_struct('lat', 47.5F)),
          (2, null, null, null, null, null, null, null, null)
        """);
    table.refresh();
    List<List<@Nullable String>> expected = new ArrayList<>();
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
      rows.forEach(row -> expected.add(RowText.of(row)));
    }

    spark.load("plain", directory + "/db/plain");
    SparkResult result = spark.sql("SELECT * FROM plain ORDER BY id");
    assertThat(result.columns())
        .containsExactly("id", "name", "price", "day", "at", "local", "tags", "scores", "place");
    assertThat(result.rows()).hasSize(2).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(result.rows().get(0))
        .startsWith("1", "tab and \"quote\" é", "12.50", "1969-12-31", "2026-11-21T05:30:01.250Z");
  }

  @Test
  void aRefusedStatementCarriesSparksWords(SparkProcess spark) {
    assertThatThrownBy(() -> spark.sql("SELECT nonsense"))
        .isInstanceOf(SparkProcess.SparkFailure.class)
        .hasMessageContaining("UNRESOLVED_COLUMN");
    assertThat(spark.sql("SELECT 40 + 2").number()).isEqualTo(42);
  }

  @Test
  void aProcessThatEndsSaysHowAndWhy() {
    assertThatThrownBy(() -> SparkProcess.start(List.of("--no-such-flag")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("exit code 1")
        .hasMessageContaining("no-such-flag");
  }
}
