package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.iceberg.TableUtil;
import org.junit.jupiter.api.Test;

/** Spark on a table of format version 2 that Firn has open and writes. */
class SparkFormatVersionTest extends SharedTableTest {

  @Override
  int formatVersion() {
    return 2;
  }

  @Test
  void changesOfRowsMergeOnRead() {
    table.sql("DELETE FROM {} WHERE id % 3 = 0");
    expect(id -> id % 3 == 0, (id, row) -> null);
    table.sql("UPDATE {} SET note = 'updated' WHERE id BETWEEN 20 AND 30");
    expect(id -> id >= 20 && id <= 30, (id, row) -> row.with("note", "updated"));
    assertAdopted();
    assertThat(TableUtil.formatVersion(table.iceberg())).isEqualTo(2);
  }

  @Test
  void insertOfExistingKeys() {
    table.sql("INSERT INTO {} SELECT id, 'inserted', 7 FROM range(20, 50)");
    for (long id = 20; id < 50; id++) {
      table.committed.put(id, SharedTable.row(id, "inserted", 7));
    }
    table.assertEngine();
    assertAdopted();
  }

  @Test
  void rewritesOfDataFilesAndOfPositionDeletes() {
    table.sql("DELETE FROM {} WHERE id IN (7, 8, 30)");
    expect(id -> id == 7 || id == 8 || id == 30, (id, row) -> null);
    table.sql(
        "CALL "
            + table.catalogName()
            + ".system.rewrite_position_delete_files(table => '"
            + table.name()
            + "', options => map('rewrite-all', 'true'))");
    table.assertEverybodyAgrees();
    table.sql(
        "CALL "
            + table.catalogName()
            + ".system.rewrite_data_files(table => '"
            + table.name()
            + "', options => map('rewrite-all', 'true'))");
    assertAdopted();
  }

  @Test
  void anUpgradeToVersionThree() {
    table.sql("ALTER TABLE {} SET TBLPROPERTIES ('format-version' = '3')");
    table.sql("DELETE FROM {} WHERE id = 7");
    expect(id -> id == 7, (id, row) -> null);
    assertAdopted();
    assertThat(TableUtil.formatVersion(table.iceberg())).isEqualTo(3);
    assertThat(table.sql("SELECT count(_row_id) - count(DISTINCT _row_id) FROM {}").number())
        .isZero();
  }
}
