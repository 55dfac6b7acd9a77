package io.firn.catalog;

import org.apache.iceberg.TableOperations;

/**
 * What a catalog does with a commit. Most swap one metadata for another and refuse if the first is
 * no longer the current one. A REST catalog is sent the changes alone, and applies them to whatever
 * there is, if some requirements hold: of a new snapshot, that the branch still ends where it did;
 * of a property, nothing.
 */
enum CommitSemantics {
  /** Compare and set of the whole metadata. */
  SWAP,
  /** The changes are applied; only a snapshot on the main branch excludes others. */
  CHANGES;

  private static final String REST = "org.apache.iceberg.rest.";

  static CommitSemantics of(TableOperations operations) {
    TableOperations catalogs =
        operations instanceof RemoteOperations remote ? remote.catalogs() : operations;
    return catalogs.getClass().getName().startsWith(REST) ? CHANGES : SWAP;
  }
}
