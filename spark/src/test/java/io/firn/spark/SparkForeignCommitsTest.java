package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.SchemaMismatchException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.iceberg.data.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Spark runs each statement of SQL while Firn has the table open and holds newer writes in memory:
 * no row of either side is lost, and the rules of precedence hold (docs/foreign-commits.md).
 */
@ExtendWith(SharedSpark.class)
class SparkForeignCommitsTest {

  @TempDir static Path directory;

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  private String name = "none";

  @BeforeEach
  void nameTheTable(TestInfo test) {
    name = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
  }

  private SharedTable open(SparkProcess spark) {
    return SharedTable.open(spark, directory, name);
  }

  private static void deleteEvenRows(SharedTable shared) {
    shared.sql("DELETE FROM %s WHERE id % 2 = 0");
    // 20 is even, but was not in the table when Spark looked.
    shared.committed().keySet().removeIf(id -> id % 2 == 0);
    shared.checkAtTheNextCommit();
  }

  @Test
  void deleteMergeOnRead(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      deleteEvenRows(shared);
    }
  }

  @Test
  void deleteCopyOnWrite(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s SET TBLPROPERTIES ('write.delete.mode' = 'copy-on-write')");
      deleteEvenRows(shared);
    }
  }

  @Test
  void updateLosesAgainstNewerWritesInMemoryOnly(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("UPDATE %s SET name = 'by spark' WHERE id BETWEEN 2 AND 6");
      for (long id = 2; id <= 6; id++) {
        shared.committed(id, "" + id, "by spark", "" + id * 10);
      }
      shared.checkAtTheNextCommit();
      assertThat(shared.expected()).contains(List.of("3", "newer", "30"));
    }
  }

  @Test
  void updateCopyOnWrite(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s SET TBLPROPERTIES ('write.update.mode' = 'copy-on-write')");
      shared.sql("UPDATE %s SET amount = -1 WHERE id IN (1, 3, 8)");
      shared.committed(1, "1", "first", "-1");
      shared.committed(3, "3", "first", "-1");
      shared.committed(8, "8", "second", "-1");
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void merge(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql(
          """
          MERGE INTO %s t USING (SELECT explode(array(1L, 4L, 30L, 20L)) AS id) s ON t.id = s.id
          WHEN MATCHED AND t.id = 1 THEN DELETE
          WHEN MATCHED THEN UPDATE SET name = 'merged'
          WHEN NOT MATCHED THEN INSERT (id, name, amount) VALUES (s.id, 'merged', 0)
          """);
      shared.committed().remove(1L);
      shared.committed(4, "4", "merged", "40");
      shared.committed(30, "30", "merged", "0");
      shared.committed(20, "20", "merged", "0");
      shared.checkAtTheNextCommit();
      assertThat(shared.expected()).contains(List.of("20", "newer", "200"));
    }
  }

  @Test
  void insertOfNewKeys(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("INSERT INTO %s VALUES (40, 'inserted', 1), (15, 'inserted', 2)");
      shared.committed(40, "40", "inserted", "1");
      shared.committed(15, "15", "inserted", "2");
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void insertOfExistingKeysIsHealed(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("INSERT INTO %s VALUES (8, 'again', 1), (2, 'again', 2), (3, 'again', 3)");
      assertThat(shared.sql("SELECT count(*) FROM %s WHERE id = 2").number())
          .as("until our next commit readers see both")
          .isEqualTo(2);
      shared.committed(8, "8", "again", "1");
      shared.committed(2, "2", "again", "2");
      shared.committed(3, "3", "again", "3");
      shared.table().refresh();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      assertThat(shared.sql("SELECT count(*) FROM %s WHERE id = 2").number())
          .as("a refresh masks the older row")
          .isEqualTo(1);
      shared.sql("INSERT INTO %s VALUES (8, 'third', 1)");
      shared.committed(8, "8", "third", "1");
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void insertOverwrite(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("INSERT OVERWRITE %s VALUES (3, 'over', 1), (50, 'over', 2)");
      shared.committed().clear();
      shared.committed(3, "3", "over", "1");
      shared.committed(50, "50", "over", "2");
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void truncate(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("TRUNCATE TABLE %s");
      shared.committed().clear();
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void rewriteDataFilesByBinpack(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.call("rewrite_data_files", "options => map('rewrite-all', 'true')");
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void rewriteDataFilesBySortInAnotherOrder(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.call(
          "rewrite_data_files",
          "strategy => 'sort', sort_order => 'name ASC, id DESC',"
              + " options => map('rewrite-all', 'true')");
      shared.table().refresh();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      assertThat(shared.table().get(4L)).isPresent();
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void rewriteManifests(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.call("rewrite_manifests", "");
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void expireSnapshots(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      String arguments = "older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1";
      assertThatThrownBy(() -> shared.call("expire_snapshots", arguments))
          .as("unless the table's owner allows it")
          .hasMessageContaining("GC is disabled");
      shared.sql("ALTER TABLE %s SET TBLPROPERTIES ('gc.enabled' = 'true')");
      shared.call("expire_snapshots", arguments);
      assertThat(shared.sql("SELECT count(*) FROM %s.snapshots").number()).isEqualTo(1);
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void removeOrphanFilesTakesNothingOfOurs(SparkProcess spark) throws IOException {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s SET TBLPROPERTIES ('gc.enabled' = 'true')");
      Path root = directory.resolve("warehouse/db").resolve(name);
      Path orphan = Files.writeString(root.resolve("data/orphan.parquet"), "nothing");
      List<Path> ours;
      try (Stream<Path> files = Files.walk(root)) {
        ours = files.filter(Files::isRegularFile).filter(file -> !file.equals(orphan)).toList();
      }
      FileTime old = FileTime.from(Instant.now().minus(10, ChronoUnit.DAYS));
      for (Path file : ours) {
        Files.setLastModifiedTime(file, old);
      }
      Files.setLastModifiedTime(orphan, old);
      shared.call("remove_orphan_files", "");
      assertThat(orphan).doesNotExist();
      assertThat(ours).allSatisfy(file -> assertThat(file).exists());
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void rollbackToSnapshotKeepsWhatWasNotFlushed(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      long first =
          shared.sql("SELECT snapshot_id FROM %s.snapshots ORDER BY committed_at LIMIT 1").number();
      spark.sql("CALL shared.system.rollback_to_snapshot('db." + name + "', " + first + ")");
      shared.committed().keySet().removeIf(id -> id >= 5);
      shared.table().refresh();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      shared.checkAtTheNextCommit();
    }
  }

  @Test
  void branchAndTag(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s CREATE TAG kept");
      shared.sql("ALTER TABLE %s CREATE BRANCH side");
      shared.sql("INSERT INTO %s.branch_side VALUES (1, 'on the branch', 0)");
      List<List<@Nullable String>> before = List.copyOf(shared.committed().values());
      shared.checkAtTheNextCommit();
      assertThat(shared.sql("SELECT * FROM %s VERSION AS OF 'kept' ORDER BY id").rows())
          .isEqualTo(before);
      assertThat(shared.sql("SELECT count(*) FROM %s.branch_side").number())
          .isEqualTo(before.size() + 1);
    }
  }

  @Test
  void alterTableAddColumn(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s ADD COLUMN extra STRING");
      shared.committed().replaceAll((id, row) -> extended(row));
      shared.inMemory().replaceAll((id, row) -> row == null ? null : extended(row));
      shared.table().refresh();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      shared.checkAtTheNextCommit();
    }
  }

  private static List<@Nullable String> extended(List<@Nullable String> row) {
    List<@Nullable String> extended = new ArrayList<>(row);
    extended.add(null);
    return extended;
  }

  @Test
  void alterTableDropColumn(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s DROP COLUMN amount");
      shared.committed().replaceAll((id, row) -> row.subList(0, 2));
      shared.inMemory().replaceAll((id, row) -> row == null ? null : row.subList(0, 2));
      shared.table().refresh();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      GenericRecord row = GenericRecord.create(shared.table().schema());
      row.setField("id", 23L);
      row.setField("name", "narrow");
      shared.put(row);
      shared.flush();
      assertThat(shared.sparkRows()).isEqualTo(shared.expected());
    }
  }

  @Test
  void alterTableRenameColumn(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s RENAME COLUMN name TO title");
      shared.flush();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      assertThat(shared.table().schema().findField("title")).isNotNull();
      assertThat(shared.sql("SELECT title FROM %s WHERE id = 3").value()).isEqualTo("newer");
    }
  }

  @Test
  void alterTableReorderColumns(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s ALTER COLUMN amount FIRST");
      shared.committed().replaceAll((id, row) -> moved(row));
      shared.inMemory().replaceAll((id, row) -> row == null ? null : moved(row));
      shared.flush();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      assertThat(shared.sparkRows()).isEqualTo(shared.expected());
    }
  }

  private static List<@Nullable String> moved(List<@Nullable String> row) {
    return Arrays.asList(row.get(2), row.get(0), row.get(1));
  }

  @Test
  void alterTableWidenColumn(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s ALTER COLUMN amount TYPE BIGINT");
      shared.table().refresh();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      GenericRecord row = GenericRecord.create(shared.table().schema());
      row.setField("id", 23L);
      row.setField("name", "wide");
      row.setField("amount", 1L << 40);
      shared.put(row);
      shared.flush();
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      assertThat(shared.sparkRows()).isEqualTo(shared.expected());
    }
  }

  @Test
  void alterTableSetProperty(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.sql("ALTER TABLE %s SET TBLPROPERTIES ('owner' = 'somebody')");
      shared.checkAtTheNextCommit();
      assertThat(shared.sql("SHOW TBLPROPERTIES %s ('owner')").rows().get(0))
          .containsExactly("owner", "somebody");
    }
  }

  @Test
  void aPartitionFieldStopsWritingAndLeavesReading(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.flush();
      shared.sql("ALTER TABLE %s ADD PARTITION FIELD bucket(4, id)");
      shared.sql("INSERT INTO %s VALUES (60, 'in a bucket', 1)");
      shared.committed(60, "60", "in a bucket", "1");
      assertThatThrownBy(() -> shared.table().refresh())
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("partitioned");
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      assertThatThrownBy(() -> shared.table().delete(1L))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("partitioned");
    }
  }

  @Test
  void aDroppedKeyStopsWritingAndLeavesReading(SparkProcess spark) {
    try (SharedTable shared = open(spark)) {
      shared.flush();
      shared.sql("ALTER TABLE %s DROP IDENTIFIER FIELDS id");
      assertThatThrownBy(() -> shared.table().refresh())
          .isInstanceOf(SchemaMismatchException.class)
          .hasMessageContaining("identifier fields");
      assertThat(shared.engineRows()).isEqualTo(shared.expected());
      assertThatThrownBy(() -> shared.table().delete(1L))
          .isInstanceOf(SchemaMismatchException.class)
          .hasMessageContaining("identifier fields");
    }
  }
}
