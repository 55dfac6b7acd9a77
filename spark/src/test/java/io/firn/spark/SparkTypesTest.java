package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.spark.runner.SparkProcess;
import io.firn.testkit.RandomRows;
import io.firn.testkit.RandomSchemas;
import io.firn.testkit.RandomSchemas.Values;
import io.firn.testkit.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every type that Spark has, nested ones too, as key and as value. */
@ExtendWith(SharedSpark.class)
class SparkTypesTest {

  @TempDir Path directory;

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void everyTypeComesBackFromSparkAsItWasWritten(SparkProcess spark) {
    for (int round = 0; round < 5; round++) {
      Random random = seeds.random(round);
      List<Type> keys = RandomSchemas.someKeyTypes(random, Values.NESTED_FOR_SPARK);
      Schema schema = RandomSchemas.schema(random, keys, 8, Values.NESTED_FOR_SPARK);
      String[] keyNames = new String[keys.size()];
      for (int i = 0; i < keyNames.length; i++) {
        keyNames[i] = "k" + i;
      }
      String path = directory + "/types" + round;
      Map<String, List<@Nullable String>> expected = new HashMap<>();
      try (FirnTable table = FirnTable.builder().path(path).schema(schema).key(keyNames).create()) {
        for (int flush = 0; flush < 3; flush++) {
          List<Record> rows = new ArrayList<>();
          for (int i = 0; i < 60; i++) {
            Record row = RandomRows.row(random, table.schema(), random.nextInt(100));
            rows.add(row);
            expected.put(key(row, keyNames), RowText.of(row));
          }
          table.putAll(rows);
          table.flush();
        }
        assertSparkSees(spark, path, expected, schema);
        table.compact(CompactionKind.FULL);
        assertSparkSees(spark, path, expected, schema);
      }
    }
  }

  private static void assertSparkSees(
      SparkProcess spark,
      String path,
      Map<String, List<@Nullable String>> expected,
      Schema schema) {
    spark.load("types", path);
    assertThat(spark.sql("SELECT * FROM types").rows())
        .as(schema.toString())
        .containsExactlyInAnyOrderElementsOf(expected.values());
  }

  private static String key(Record row, String... names) {
    List<@Nullable Object> key = new ArrayList<>();
    for (String name : names) {
      Object value = row.getField(name);
      key.add(value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value);
    }
    return RowText.text(key);
  }
}
