package io.firn.engine.internal.wal;

import io.firn.error.InvalidArgumentException;
import io.firn.service.ServiceEnvironment;
import java.time.Duration;

/**
 * How a log is written.
 *
 * @param schemaId the Iceberg schema id under which the rows of the next segment are encoded
 * @param epoch the fencing epoch of the writer
 * @param syncInterval how long a batch with {@link LogSync#SOON} may stay without fsync, and one
 *     with {@link LogSync#NEVER} in this process's memory
 * @param bufferBytes when this much waits to be written, the appending thread writes it; from a
 *     quarter of it on the background does
 * @param recordBytesMax the largest batch accepted
 * @param damage what to do about damaged segments at recovery
 * @param environment the time, and who makes the thread of the background sync
 */
public record WalOptions(
    int schemaId,
    long epoch,
    Duration syncInterval,
    int bufferBytes,
    int recordBytesMax,
    Damage damage,
    ServiceEnvironment environment) {

  /** What recovery does when a segment is damaged where a crash cannot have done it. */
  public enum Damage {
    /** Throw a {@link io.firn.error.CorruptionException} that names the place; change nothing. */
    REFUSE,
    /**
     * Keep everything before the damage. The damaged segment and the later ones are set aside under
     * names that end in {@code .damaged}.
     */
    SALVAGE
  }

  public WalOptions {
    if (syncInterval.isNegative() || syncInterval.isZero()) {
      throw new InvalidArgumentException("The sync interval must be positive: " + syncInterval);
    }
    if (bufferBytes < 1 || bufferBytes > 1 << 28) {
      throw new InvalidArgumentException(
          "The log's buffer must be between 1 byte and 256 MiB, not " + bufferBytes);
    }
    if (recordBytesMax < 1024 || recordBytesMax > LogRecord.PAYLOAD_BYTES_MAX) {
      throw new InvalidArgumentException(
          "The largest batch must be between 1 KiB and "
              + LogRecord.PAYLOAD_BYTES_MAX
              + " bytes, not "
              + recordBytesMax);
    }
  }

  /** 100 ms, 4 MiB, batches of up to 256 MiB, damage refused, the machine's time. */
  public static WalOptions standard(int schemaId, long epoch) {
    return new WalOptions(
        schemaId,
        epoch,
        Duration.ofMillis(100),
        4 << 20,
        1 << 28,
        Damage.REFUSE,
        ServiceEnvironment.system());
  }

  public WalOptions withSyncInterval(Duration interval) {
    return new WalOptions(
        schemaId, epoch, interval, bufferBytes, recordBytesMax, damage, environment);
  }

  public WalOptions withBufferBytes(int bytes) {
    return new WalOptions(
        schemaId, epoch, syncInterval, bytes, recordBytesMax, damage, environment);
  }

  public WalOptions withRecordBytesMax(int bytes) {
    return new WalOptions(schemaId, epoch, syncInterval, bufferBytes, bytes, damage, environment);
  }

  public WalOptions withDamage(Damage policy) {
    return new WalOptions(
        schemaId, epoch, syncInterval, bufferBytes, recordBytesMax, policy, environment);
  }

  public WalOptions in(ServiceEnvironment process) {
    return new WalOptions(
        schemaId, epoch, syncInterval, bufferBytes, recordBytesMax, damage, process);
  }
}
