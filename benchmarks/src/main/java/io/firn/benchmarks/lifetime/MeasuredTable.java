package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.reference.ColumnSum;
import io.firn.benchmarks.reference.FirnReader;
import io.firn.benchmarks.reference.ReferenceModel;
import io.firn.benchmarks.reference.ReferenceSchema;
import io.firn.benchmarks.suite.Latencies;
import io.firn.benchmarks.suite.WrongAnswerError;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import java.util.Optional;
import java.util.Random;
import org.apache.iceberg.data.Record;

/** A table of reference rows beside the model that says what is in it. Of one thread. */
final class MeasuredTable implements AutoCloseable {

  private static final int CHECKED_ROWS = 2_000;

  private final FirnTable table;
  private final ReferenceModel model;
  private final ReferenceSchema.RowView view = new ReferenceSchema.RowView();
  private final Random random = new Random(20261125);
  private final int[] order;
  private int loaded;

  /**
   * @param keys how many rows it will have at most
   */
  MeasuredTable(String directory, FirnOptions options, int keys) {
    this.table =
        FirnTable.builder()
            .path(directory)
            .schema(ReferenceSchema.SCHEMA)
            .key("k")
            .options(options)
            .create();
    this.model = new ReferenceModel(keys);
    this.order = shuffled(keys);
  }

  private int[] shuffled(int keys) {
    int[] shuffled = new int[keys];
    for (int i = 1; i < keys; i++) {
      int j = random.nextInt(i + 1);
      shuffled[i] = shuffled[j];
      shuffled[j] = i;
    }
    return shuffled;
  }

  /** How many rows it will have at most. */
  int capacity() {
    return order.length;
  }

  /** What is in it. */
  ReferenceModel model() {
    return model;
  }

  FirnTable table() {
    return table;
  }

  /** Loads further rows in random order of keys, until there are so many. */
  void loadUpTo(int count) {
    while (loaded < count) {
      table.put(view.of(model.next(order[loaded++])));
    }
  }

  /** Writes a new version of rows at random, of those that are loaded. */
  void update(int count) {
    for (int i = 0; i < count; i++) {
      table.put(view.of(model.next(order[random.nextInt(loaded)])));
    }
  }

  /** Deletes rows at random, of those that are loaded. */
  void delete(int count) {
    for (int i = 0; i < count; i++) {
      int index = order[random.nextInt(loaded)];
      model.delete(index);
      table.delete(ReferenceModel.key(index));
    }
  }

  /** Flushes, and compacts until nothing is due. */
  void settle() {
    table.flush();
    table.compact(CompactionKind.DUE);
  }

  /** Looks keys up at random, half of them absent, and checks every answer. */
  Latencies get(int count) {
    Latencies latencies = new Latencies(count);
    for (int i = 0; i < count; i++) {
      int index = order[random.nextInt(loaded)];
      Long key = ReferenceModel.key(index) + i % 2;
      boolean present = i % 2 == 0 && model.isLive(index);
      long start = System.nanoTime();
      Optional<Record> found = table.get(key);
      latencies.add(System.nanoTime() - start);
      WrongAnswerError.check(
          present
              ? found.map(ReferenceSchema::row).equals(Optional.of(model.row(index)))
              : found.isEmpty(),
          "a lookup");
    }
    return latencies;
  }

  /** Scans a column, checks count and sum against the model, and some whole rows. */
  void check() {
    ColumnSum sum = new FirnReader(table).sumD1();
    WrongAnswerError.check(sum.sameAs(model.d1Sum()), "the number of rows, or the sum of a column");
    get(CHECKED_ROWS);
  }

  @Override
  public void close() {
    table.close();
  }
}
