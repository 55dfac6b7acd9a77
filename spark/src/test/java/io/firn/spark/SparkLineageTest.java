package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Row lineage as Spark sees it, through moves by us and by Spark. */
class SparkLineageTest extends SharedTableTest {

  /** {@code _row_id} and {@code _last_updated_sequence_number} by key. */
  private Map<Long, List<@Nullable String>> lineage() {
    Map<Long, List<@Nullable String>> lineage = new HashMap<>();
    for (List<@Nullable String> row :
        table.sql("SELECT id, _row_id, _last_updated_sequence_number FROM {}").rows()) {
      lineage.put(Long.valueOf(String.valueOf(row.get(0))), row.subList(1, 3));
    }
    return lineage;
  }

  @Test
  void movesKeepItAndOnlyWhatIsWrittenChangesIt() {
    Map<Long, List<@Nullable String>> before = lineage();
    table.flush(); // puts 4 anew, deletes 5, adds 41
    Map<Long, List<@Nullable String>> flushed = lineage();
    assertThat(different(before, flushed)).isEqualTo(Set.of(4L, 5L, 41L));
    assertThat(flushed.get(4L).get(0)).as("a new row").isNotEqualTo(before.get(4L).get(0));

    table.compact();
    assertThat(lineage()).as("after our compaction").isEqualTo(flushed);
    table.sql(
        "CALL %s.system.rewrite_data_files(table => '%s', options => map('rewrite-all', 'true'))"
            .formatted(table.catalogName(), table.name()));
    assertThat(lineage()).as("after Spark's rewrite").isEqualTo(flushed);

    table.sql("UPDATE {} SET note = 'updated' WHERE id = 7");
    Map<Long, List<@Nullable String>> updated = lineage();
    assertThat(different(flushed, updated)).isEqualTo(Set.of(7L));
    assertThat(updated.get(7L).get(0))
        .as("Spark's update keeps the row's id")
        .isEqualTo(flushed.get(7L).get(0));

    table.put(7L, "upserted", 7);
    table.flush();
    table.compact();
    Map<Long, List<@Nullable String>> upserted = lineage();
    assertThat(different(updated, upserted)).isEqualTo(Set.of(7L));
    assertThat(upserted.get(7L).get(0))
        .as("our upsert is a new row")
        .isNotEqualTo(flushed.get(7L).get(0));
  }

  private static Set<Long> different(
      Map<Long, List<@Nullable String>> before, Map<Long, List<@Nullable String>> after) {
    Set<Long> keys = new HashSet<>(before.keySet());
    keys.addAll(after.keySet());
    keys.removeIf(key -> before.containsKey(key) && before.get(key).equals(after.get(key)));
    return keys;
  }
}
