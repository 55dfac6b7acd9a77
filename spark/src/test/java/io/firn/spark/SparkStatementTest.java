package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What Spark's statements that change rows do to a table that Firn has open and writes. */
class SparkStatementTest extends SharedTableTest {

  @Test
  void deleteMergeOnRead() {
    table.sql("DELETE FROM {} WHERE id % 3 = 0");
    expect(id -> id % 3 == 0, (id, row) -> null);
    assertAdopted();
  }

  @Test
  void deleteCopyOnWrite() {
    table.set("write.delete.mode", "copy-on-write");
    table.sql("DELETE FROM {} WHERE id % 3 = 0");
    expect(id -> id % 3 == 0, (id, row) -> null);
    assertAdopted();
  }

  @Test
  void deleteOfWholeFiles() {
    table.sql("DELETE FROM {} WHERE id >= 26");
    assertThat(table.iceberg().currentSnapshot().summary()).containsKey("deleted-data-files");
    expect(id -> id >= 26, (id, row) -> null);
    assertAdopted();
  }

  @Test
  void updateMergeOnRead() {
    table.sql("UPDATE {} SET note = 'updated', amount = amount * 2 WHERE id BETWEEN 2 AND 30");
    expectDoubled();
    assertAdopted();
  }

  @Test
  void updateCopyOnWrite() {
    table.set("write.update.mode", "copy-on-write");
    table.sql("UPDATE {} SET note = 'updated', amount = amount * 2 WHERE id BETWEEN 2 AND 30");
    expectDoubled();
    assertAdopted();
  }

  private void expectDoubled() {
    expect(
        id -> id >= 2 && id <= 30, (id, row) -> row.with("note", "updated").with("amount", 2 * id));
  }

  @Test
  void anUpdateOfTheKeyMovesTheRow() {
    table.sql("UPDATE {} SET id = id + 1000 WHERE id IN (1, 30)");
    for (long id : new long[] {1, 30}) {
      table.committed.put(id + 1000, table.committed.remove(id).with("id", id + 1000));
    }
    assertAdopted();
  }

  @Test
  void mergeMergeOnRead() {
    merge();
    assertAdopted();
  }

  @Test
  void mergeCopyOnWrite() {
    table.set("write.merge.mode", "copy-on-write");
    merge();
    assertAdopted();
  }

  private void merge() {
    table.sql(
        """
        MERGE INTO {} t USING (
          SELECT id, concat('merged ', id) AS note, CAST(-id AS INT) AS amount FROM range(30, 50)
        ) s ON t.id = s.id
        WHEN MATCHED AND t.id % 2 = 0 THEN DELETE
        WHEN MATCHED THEN UPDATE SET t.note = s.note
        WHEN NOT MATCHED THEN INSERT *
        """);
    for (long id = 30; id < 50; id++) {
      SharedTable.Row present = table.committed.get(id);
      if (present == null) {
        table.committed.put(id, SharedTable.row(id, "merged " + id, (int) -id));
      } else if (id % 2 == 0) {
        table.committed.remove(id);
      } else {
        table.committed.put(id, present.with("note", "merged " + id));
      }
    }
  }

  @Test
  void insertOfNewKeys() {
    table.sql("INSERT INTO {} SELECT id, 'inserted', 7 FROM range(50, 70)");
    expectInserted(50, 70);
    assertAdopted();
  }

  @Test
  void insertOfExistingKeys() {
    table.sql("INSERT INTO {} SELECT id, 'inserted', 7 FROM range(20, 50)");
    assertThat(table.sql("SELECT count(*) - count(DISTINCT id) FROM {}").number())
        .as("keys that Spark has put into the table a second time")
        .isEqualTo(21);
    expectInserted(20, 50);
    table.assertEngine(); // whose refresh settles the table
    assertAdopted();
  }

  private void expectInserted(long from, long to) {
    for (long id = from; id < to; id++) {
      table.committed.put(id, SharedTable.row(id, "inserted", 7));
    }
  }

  @Test
  void insertOverwrite() {
    table.sql("INSERT OVERWRITE {} SELECT id, 'inserted', 7 FROM range(30, 50)");
    table.committed.clear();
    expectInserted(30, 50);
    assertAdopted();
  }

  @Test
  void truncate() {
    table.sql("TRUNCATE TABLE {}");
    table.committed.clear();
    assertAdopted();
  }
}
