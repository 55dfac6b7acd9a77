package io.firn.engine;

import java.time.Duration;

/**
 * An acknowledged write, by which a caller can wait for more than the acknowledgement promised.
 * Safe for use by many threads.
 */
public interface WriteToken {

  /** The sequence number of the write's last operation. */
  long sequence();

  /**
   * Waits until the write survives a power cut. Returns at once for a write acknowledged with
   * {@link Durability#SYNC}.
   *
   * @throws io.firn.error.FirnException if the log has failed, or the table was closed before
   */
  void awaitDurable();

  /**
   * Waits until an Iceberg snapshot contains the write, asking for a flush if none is under way.
   *
   * @param timeout how long to wait at most
   * @return the id of a snapshot that contains the write; -1 if the write left the table as it was
   *     and none was needed
   * @throws io.firn.error.WriteStalledException if the time is over
   * @throws io.firn.error.FirnException if the engine has failed or was closed before
   */
  long awaitVisible(Duration timeout);
}
