package io.firn.reliability;

import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import org.jspecify.annotations.Nullable;

/**
 * Copies of one table, each with one file damaged.
 *
 * @param image the table
 * @param cases counts the copies
 */
record DamagedTables(Image image, Cases cases) {

  /** What must hold of a copy. */
  interface Check {
    void of(CrashStorage storage, String moment) throws Exception;
  }

  DamagedTables(Image image) {
    this(image, new Cases());
  }

  /**
   * One copy.
   *
   * @param content what stands in the file instead; null deletes it
   * @param damage what was done to it
   */
  void damaged(String path, byte @Nullable [] content, String damage, Check check) {
    String moment = StoragePaths.name(path) + ", " + damage;
    cases.run(moment, () -> check.of(image.with(path, content), moment));
  }

  /** One copy with one bit flipped, counted from the beginning of the file. */
  void flipped(String path, int bit, Check check) {
    byte[] flipped = image.file(path).clone();
    flipped[bit / 8] ^= (byte) (1 << bit % 8);
    damaged(path, flipped, "bit " + bit % 8 + " of byte " + bit / 8 + " flipped", check);
  }
}
