package io.firn.engine;

/**
 * Talks to the process that holds a table open for writing, on the same machine. Found by {@link
 * FirnTable.Builder#findOwner()}.
 */
public interface OwnerClient {

  /** Who it is, for messages: process id, host and since when. */
  String description();

  /**
   * Asks the owner to compact and waits until it has.
   *
   * @return what the owner did
   * @throws io.firn.error.FirnException with the owner's message if it failed or went away
   */
  CompactionReport compact(CompactionKind kind);

  /** Asks the owner to flush and waits until it has. */
  String flush();

  /** The owner's statistics as text, one {@code name=value} a line. */
  String stats();
}
