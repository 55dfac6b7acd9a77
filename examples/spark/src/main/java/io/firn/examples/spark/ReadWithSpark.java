package io.firn.examples.spark;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reads a table with Spark, by its directory. There is nothing of Firn in this program: to Spark
 * the table is an Iceberg table. Run it with the directory and, to travel in time, a snapshot id.
 *
 * <p>Needs {@code iceberg-spark-runtime} on Spark's class path, for instance by {@code spark-submit
 * --packages org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0}.
 */
public final class ReadWithSpark {

  private ReadWithSpark() {}

  public static void main(String[] arguments) throws Exception {
    try (SparkSession spark =
        SparkSession.builder()
            .appName("read a Firn table")
            .master("local[2]")
            .config("spark.ui.enabled", false)
            // Spark keeps loaded tables in a cache, and a table that is read often never leaves it.
            // Without this, a session that stays open does not see the next flush.
            .config("spark.sql.catalog.default_iceberg", "org.apache.iceberg.spark.SparkCatalog")
            .config("spark.sql.catalog.default_iceberg.type", "hadoop")
            .config("spark.sql.catalog.default_iceberg.warehouse", "/tmp")
            .config("spark.sql.catalog.default_iceberg.cache-enabled", false)
            .getOrCreate()) {
      Dataset<Row> devices =
          arguments.length == 1
              ? spark.read().format("iceberg").load(arguments[0])
              : spark
                  .read()
                  .format("iceberg")
                  .option("snapshot-id", arguments[1])
                  .load(arguments[0]);
      devices.createOrReplaceTempView("devices");
      for (Row row : spark.sql("SELECT id, name FROM devices ORDER BY id").collectAsList()) {
        System.out.println("spark: " + row.getLong(0) + " " + row.getString(1));
      }
    }
  }
}
