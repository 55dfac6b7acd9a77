package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.UnsupportedFeatureException;
import io.firn.spark.SharedTable.Row;
import java.util.List;
import java.util.TreeMap;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/** What {@code ALTER TABLE} does to a table that Firn has open and writes. */
class SparkAlterTest extends SharedTableTest {

  @Test
  void addColumn() {
    table.sql("ALTER TABLE {} ADD COLUMN extra INT AFTER id");
    assertAdopted();
  }

  @Test
  void dropColumn() {
    table.sql("ALTER TABLE {} DROP COLUMN note");
    assertAdopted();
  }

  @Test
  void aColumnDroppedAndAddedAgainStartsEmpty() {
    table.sql("ALTER TABLE {} DROP COLUMN note");
    table.sql("ALTER TABLE {} ADD COLUMN note STRING");
    table.forget("note");
    assertAdopted();
  }

  @Test
  void renameColumn() {
    table.sql("ALTER TABLE {} RENAME COLUMN note TO remark");
    table.rename("note", "remark");
    assertAdopted();
  }

  @Test
  void reorderColumns() {
    table.sql("ALTER TABLE {} ALTER COLUMN amount FIRST");
    assertAdopted();
  }

  @Test
  void widenColumn() {
    table.sql("ALTER TABLE {} ALTER COLUMN amount TYPE BIGINT");
    assertAdopted();
  }

  @Test
  void theSchemaEvolvesFromBothSidesInTurns() {
    long before = table.iceberg().currentSnapshot().snapshotId();
    table
        .table()
        .updateSchema(
            schema -> schema.addColumn("grade", Types.StringType.get(), null, Literal.of("none")));
    table.addToAll("grade", "none");
    table.flush();
    table.assertEverybodyAgrees();
    table.sql("ALTER TABLE {} RENAME COLUMN note TO remark");
    table.rename("note", "remark");
    table.assertEngine();
    table.put(50L, "by the engine", 50, "high");
    table.table().updateSchema(schema -> schema.updateColumn("amount", Types.LongType.get()));
    table.sql("INSERT INTO {} VALUES (51, 'by Spark', 51, 'low'), (5, 'by Spark', 5, null)");
    table.committed.put(
        51L, SharedTable.row(51, null, 51).with("remark", "by Spark").with("grade", "low"));
    table.committed.put(
        5L, SharedTable.row(5, null, 5).with("remark", "by Spark").with("grade", null));
    table.alter("ALTER COLUMN grade FIRST");
    table.assertEngine();
    table.table().updateSchema(schema -> schema.deleteColumn("remark"));
    table.alter("ADD COLUMN remark STRING");
    table.forget("remark");
    table.flush();
    assertAdopted();
    assertThat(table.sql("SELECT count(note), sum(amount) FROM {} VERSION AS OF " + before).rows())
        .containsExactly(List.of("39", "807"));
  }

  @Test
  void setProperty() {
    table.sql("ALTER TABLE {} SET TBLPROPERTIES ('team' = 'somebody')");
    assertAdopted();
    assertThat(table.iceberg().properties()).containsEntry("team", "somebody");
  }

  @Test
  void createTag() {
    TreeMap<Long, Row> tagged = new TreeMap<>(table.committed);
    table.sql("ALTER TABLE {} CREATE TAG monday");
    assertAdopted();
    table.table().sweep();
    assertThat(table.sql("SELECT count(*) FROM {} VERSION AS OF 'monday'").number())
        .isEqualTo(tagged.size());
  }

  @Test
  void createBranchAndWriteToIt() {
    long rows = table.committed.size();
    table.sql("ALTER TABLE {} CREATE BRANCH audit");
    table.sql("INSERT INTO {}.branch_audit VALUES (1, 'a second row 1', 1), (70, 'new', 1)");
    assertAdopted();
    table.table().sweep();
    assertThat(table.sql("SELECT count(*) FROM {} VERSION AS OF 'audit'").number())
        .as("the branch is not Firn's to settle")
        .isEqualTo(rows + 2);
  }

  @Test
  void aPartitionFieldStopsWritingAndLeavesReading() {
    table.sql("ALTER TABLE {} ADD PARTITION FIELD bucket(4, id)");
    assertThatThrownBy(table.table()::flush)
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("partitioned");
    table.assertEngineAsItIs();
    table.sql("ALTER TABLE {} DROP PARTITION FIELD bucket(4, id)");
    table.reopen();
    table.flush();
    assertAdopted();
  }
}
