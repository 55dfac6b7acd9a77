package io.firn.spark;

import io.firn.spark.SharedTable.Row;
import io.firn.spark.runner.SparkProcess;
import io.firn.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The frame of a test of one statement of Spark's on a table that Firn has open. Before it, rows 1
 * to 40 are in two files, and Firn holds in memory a new row 4, the deletion of row 5 and a row 41.
 */
@ExtendWith(SharedSpark.class)
abstract class SharedTableTest {

  @TempDir static Path directory;

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  SharedTable table;

  /** Iceberg's format version of the tables. */
  int formatVersion() {
    return 3;
  }

  @BeforeEach
  void openAndWrite(SparkProcess spark, TestInfo test) {
    table =
        new SharedTable(
            spark,
            getClass().getSimpleName().toLowerCase(Locale.ROOT),
            directory,
            test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT),
            formatVersion());
    for (long id = 1; id <= 40; id++) {
      table.put(id, "note " + id, (int) id);
      if (id == 25) {
        table.flush();
      }
    }
    table.delete(13);
    table.flush();
    table.put(4L, "in memory", 400);
    table.delete(5);
    table.put(41L, "in memory", 41);
  }

  @AfterEach
  void close() throws IOException {
    table.close();
  }

  /** Has the statement's effect on the rows in files, where the key is of some kind. */
  void expect(LongPredicate keys, BiFunction<Long, Row, @Nullable Row> effect) {
    for (long id : table.committed.keySet().stream().mapToLong(Long::longValue).toArray()) {
      if (keys.test(id)) {
        table.committed.compute(id, effect);
      }
    }
  }

  /**
   * After a statement: everybody sees its effect at once, and the engine goes on: it writes over
   * rows of both sides, flushes, compacts and reopens, and everybody still agrees.
   */
  void assertAdopted() {
    table.assertEverybodyAgrees();
    goOn();
  }

  /** As {@link #assertAdopted}, but what Spark sees at once is the caller's to say. */
  void goOn() {
    long width = table.table().schema().columns().size();
    for (long id : new long[] {1, 2, 30, 41, 60, 100}) {
      Object[] values = new Object[(int) width];
      for (int i = 0; i < width; i++) {
        values[i] = valueOf(i, id);
      }
      table.put(values);
    }
    table.delete(3);
    table.delete(31);
    table.assertEngine();
    table.flush();
    table.assertEngine();
    table.compact();
    table.assertEverybodyAgrees();
    table.reopen();
    table.assertEngine();
  }

  private Object valueOf(int column, long id) {
    var field = table.table().schema().columns().get(column);
    return switch (field.type().typeId()) {
      case STRING -> "after " + id;
      case INTEGER -> (int) (1000 + id);
      case LONG -> field.name().equals("id") ? id : 1000 + id;
      default -> throw new AssertionError(field);
    };
  }
}
