package io.firn.reliability;

import io.firn.storage.Storage;
import java.io.IOException;

/**
 * A table to be damaged.
 *
 * @param image its files; each copy lies in a storage of its own
 * @param ledger what it holds
 */
record Original(Image image, Ledger ledger) {

  /** Where it lies in its storage, and its copies in theirs. */
  static final String TABLE = "/damaged/table";

  static Original of(Storage storage, Ledger ledger) throws IOException {
    return new Original(Image.of(storage, TABLE), ledger);
  }
}
