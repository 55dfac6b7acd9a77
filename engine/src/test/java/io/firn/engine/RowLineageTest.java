package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.ForeignEngine;
import io.firn.testkit.ForeignEngine.FileRow;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.hadoop.HadoopTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Row lineage as the specification wants it: a row keeps its {@code _row_id} and the sequence
 * number of its last change wherever it is moved; an upsert is a deletion and a new row.
 */
class RowLineageTest {

  private static final int STEPS = 25;
  private static final int KEYS = 50;

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private record Lineage(long rowId, long lastUpdated) {}

  private final Set<Long> model = new TreeSet<>();
  private final Set<Long> rowIdsSeen = new HashSet<>();
  private Map<Long, Lineage> known = new HashMap<>();

  @Test
  void aRowKeepsItsIdentityWhereverItIsMovedAndGetsANewOneWhenItIsWritten() {
    Random random = seeds.random();
    try (FirnTable table =
        Rows.at(directory)
            .option("flush-interval-millis", "1h")
            .option("compaction-workers", "0")
            .option("durability", "none")
            .open()) {
      Set<Long> written = write(table, random);
      Table iceberg = new HadoopTables().load(directory.toString());
      ForeignEngine foreign = new ForeignEngine(iceberg);
      compare(foreign, written);
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            CompactionKind[] kinds = CompactionKind.values();
            table.compact(kinds[random.nextInt(kinds.length)]);
            compare(foreign, Set.of());
          }
          case 1 -> {
            List<FileRow> rows = foreign.rows();
            Collections.shuffle(rows, random);
            if (!rows.isEmpty()) {
              foreign.compact(foreign.dataFiles(), List.of(foreign.move(rows, List.of())));
              table.refresh();
            }
            compare(foreign, Set.of());
          }
          default -> compare(foreign, write(table, random));
        }
      }
    }
  }

  /** Upserts and deletes rows, and flushes; returns the keys of the rows put. */
  private Set<Long> write(FirnTable table, Random random) {
    Set<Long> put = new HashSet<>();
    for (int i = 0; i < 12; i++) {
      long id = random.nextInt(KEYS);
      if (random.nextInt(4) == 0) {
        table.delete(id);
        put.remove(id);
        model.remove(id);
      } else {
        table.put(Rows.row(id, "version " + random.nextInt(), 0.5));
        put.add(id);
        model.add(id);
      }
    }
    table.flush();
    return put;
  }

  private void compare(ForeignEngine foreign, Set<Long> written) {
    Table table = foreign.table();
    Map<Long, Lineage> now = new HashMap<>();
    List<Long> rowIds = new ArrayList<>();
    for (FileRow row : foreign.rows()) {
      now.put((Long) row.row().getField("id"), new Lineage(row.rowId(), row.lastUpdated()));
      rowIds.add(row.rowId());
    }
    long snapshot = table.currentSnapshot().sequenceNumber();
    long next = ((HasTableOperations) table).operations().current().nextRowId();
    assertThat(now.keySet()).isEqualTo(model);
    assertThat(rowIds).doesNotHaveDuplicates().allMatch(id -> id >= 0 && id < next);
    now.forEach(
        (id, lineage) -> {
          if (written.contains(id)) {
            assertThat(rowIdsSeen).as("row ids before row %d", id).doesNotContain(lineage.rowId());
            assertThat(lineage.lastUpdated()).as("row %d", id).isEqualTo(snapshot);
          } else {
            assertThat(lineage).as("row %d, which was not written", id).isEqualTo(known.get(id));
          }
        });
    rowIdsSeen.addAll(rowIds);
    known = now;
  }
}
