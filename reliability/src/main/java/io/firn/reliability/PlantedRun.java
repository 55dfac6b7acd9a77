package io.firn.reliability;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs a campaign from outside, in the classes of a loader with a planted bug. */
public final class PlantedRun {

  private PlantedRun() {}

  /** Runs rounds until one fails; what it threw, or null if none did. */
  public static @Nullable String firstFailure(String name, int rounds, long seed) {
    Campaign campaign = Campaigns.named(name);
    AtomicReference<@Nullable String> failure = new AtomicReference<>();
    CampaignRunner runner =
        new CampaignRunner(
            CampaignRunner.Limits.ofRound(Duration.ofMinutes(3)),
            failed -> failure.set(String.valueOf(failed.error())));
    for (int index = 0; index < rounds && failure.get() == null; index++) {
      Tally ignored = runner.run(campaign, index, 1, seed);
    }
    return failure.get();
  }
}
