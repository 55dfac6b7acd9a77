package io.firn.catalog;

import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;

/** Keeps what a repair takes out of a table, beside it, under names that end in .damaged. */
public final class DamagedCopies {

  private static final int BLOCK_BYTES = 1 << 20;

  private DamagedCopies() {}

  /** Gives a file another name, durably; the old one is free then. */
  static void rename(Storage storage, String path) throws IOException {
    storage.publish(path, free(storage, path));
    storage.syncDirectory(StoragePaths.parent(path));
  }

  /** Copies a file, durably. */
  public static void copy(Storage storage, String path) throws IOException {
    try (InputFileHandle from = storage.open(path);
        OutputFileHandle to = storage.create(free(storage, path))) {
      byte[] block = new byte[(int) Math.min(BLOCK_BYTES, Math.max(1, from.length()))];
      for (long at = 0; at < from.length(); at += block.length) {
        int length = (int) Math.min(block.length, from.length() - at);
        from.readFully(at, block, 0, length);
        to.write(block, 0, length);
      }
      to.sync();
    }
    storage.syncDirectory(StoragePaths.parent(path));
  }

  private static String free(Storage storage, String path) throws IOException {
    String local = StoragePaths.withoutFileScheme(path);
    String aside = local + ".damaged";
    for (int i = 1; storage.exists(aside); i++) {
      aside = local + "." + i + ".damaged";
    }
    return aside;
  }
}
