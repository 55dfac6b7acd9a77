package io.firn.benchmarks.reference;

import java.util.Random;

/**
 * The writes of the workload, in an order that follows from the number of keys alone: whoever
 * replays them on a model of his own knows what another process wrote.
 */
final class ReferenceWrites {

  /** Takes the writes. */
  interface Target {
    /** Writes a row whose key was never written before. */
    default void insert(ReferenceRow row) {
      put(row);
    }

    /** Writes a row, whether its key is there or not. */
    void put(ReferenceRow row);

    void delete(long key);
  }

  private static final Target NOBODY =
      new Target() {
        @Override
        public void put(ReferenceRow row) {}

        @Override
        public void delete(long key) {}
      };

  private final ReferenceModel model;
  private final Random random = new Random(20261121);

  /** The keys in the order in which they are loaded, made before anybody looks at the clock. */
  private int[] order;

  ReferenceWrites(ReferenceModel model) {
    this.model = model;
    order = new int[model.keys()];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
  }

  /** W1: every key once, in random order. To be called once. */
  void load(Target target) {
    for (int index : order) {
      target.insert(model.first(index));
    }
    order = new int[0];
  }

  /** How many operations {@link #update} has. */
  int updates() {
    return model.keys() / 20 * 11;
  }

  /** W2: updates of random keys, each eleventh operation a delete. */
  void update(Target target) {
    for (int i = 0; i < updates(); i++) {
      int index = random.nextInt(model.keys());
      if (i % 11 == 10) {
        model.delete(index);
        target.delete(ReferenceModel.key(index));
      } else {
        target.put(model.next(index));
      }
    }
  }

  /** W6: as many random updates as fill a memtable of 64 MiB, and no more. */
  void fill(Target target) {
    int rows = Math.min(300_000, model.keys() / 5);
    for (int i = 0; i < rows; i++) {
      target.put(model.next(random.nextInt(model.keys())));
    }
  }

  /** Brings the model to where {@link #load} and {@link #update} leave it. */
  void replayLoadAndUpdate() {
    load(NOBODY);
    update(NOBODY);
  }

  /** Brings the model from there to where {@link #fill} leaves it. */
  void replayFill() {
    fill(NOBODY);
  }
}
