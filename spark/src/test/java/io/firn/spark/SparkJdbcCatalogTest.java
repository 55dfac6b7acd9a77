package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.TableLocation;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.spark.runner.SparkProcess;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tables of a JDBC catalog, whose rows are keyed by the catalog's name. */
@ExtendWith(SharedSpark.class)
class SparkJdbcCatalogTest {

  @TempDir Path directory;

  @RegisterExtension final Seeds seeds = new Seeds();

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @Test
  void sparkAndFirnShareACatalogUnderOneName(SparkProcess spark) {
    spark.catalog("prod", properties());
    try (ModelledTable table = create("prod")) {
      for (int flush = 0; flush < 4; flush++) {
        table.write(200, 300);
        table.table().flush();
      }
      assertThat(spark.sql("SELECT * FROM prod.db.events ORDER BY id").rows())
          .isEqualTo(table.rows());
      table.table().compact(CompactionKind.FULL);
      table.write(200, 300);
      table.table().flush();
      spark.sql("REFRESH TABLE prod.db.events");
      assertThat(spark.sql("SELECT * FROM prod.db.events ORDER BY id").rows())
          .isEqualTo(table.rows());
    }
  }

  @Test
  void underAnotherNameTheTableIsNotThere(SparkProcess spark) {
    create("one").close();
    spark.catalog("other", properties());
    assertThatThrownBy(() -> spark.sql("SELECT * FROM other.db.events"))
        .isInstanceOf(SparkProcess.SparkFailure.class)
        .hasMessageContaining("TABLE_OR_VIEW_NOT_FOUND");
  }

  private ModelledTable create(String catalog) {
    return new ModelledTable(
        FirnTable.builder()
            .location(
                TableLocation.ofCatalog(catalog, properties(), TableIdentifier.of("db", "events"))),
        seeds.random());
  }

  private Map<String, String> properties() {
    return Map.of(
        "type",
        "jdbc",
        "uri",
        "jdbc:sqlite:" + directory + "/catalog.db",
        "jdbc.schema-version",
        "V1",
        "warehouse",
        directory + "/warehouse");
  }
}
