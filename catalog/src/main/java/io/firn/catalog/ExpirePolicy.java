package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import java.time.Duration;

/**
 * Which snapshots stay: the newest {@code retainLast} of the main branch, and all younger than
 * {@code maxAge}. Whatever a tag or a branch names stays as long as Iceberg's own rules for it say.
 *
 * @param retainLast at least 1: the current snapshot always stays
 * @param maxAge not negative; zero keeps none for its age
 */
public record ExpirePolicy(int retainLast, Duration maxAge) {

  public ExpirePolicy {
    if (retainLast < 1) {
      throw new InvalidArgumentException("At least one snapshot must stay, not " + retainLast);
    }
    if (maxAge.isNegative()) {
      throw new InvalidArgumentException("An age is not negative: " + maxAge);
    }
  }
}
