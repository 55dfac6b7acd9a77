package io.firn.testkit;

/** The calls a {@link io.firn.storage.Storage} and its handles answer, as fault rules name them. */
public enum StorageOperation {
  CREATE,
  OPEN,
  LENGTH,
  EXISTS,
  LIST,
  LIST_DIRECTORIES,
  CREATE_DIRECTORIES,
  /** Matched by the final name. */
  PUBLISH,
  /** Matched by the final name. */
  REPLACE,
  DELETE,
  SYNC_DIRECTORY,
  LOCK,
  READ,
  WRITE,
  SYNC,
  CLOSE_INPUT,
  CLOSE_OUTPUT
}
