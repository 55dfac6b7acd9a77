package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.Seeds;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A few rounds of every campaign; {@code reliability/run} does the rest. */
class CampaignsTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  static List<String> names() {
    return Campaigns.all().stream()
        .filter(campaign -> campaign.everydayRounds() > 0)
        .map(Campaign::name)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void theTableKeepsItsPromises(String name) {
    Campaign campaign = Campaigns.named(name).everyday();
    AssertionError failed = new AssertionError(name + ": " + campaign.promise());
    CampaignRunner runner =
        new CampaignRunner(
            CampaignRunner.Limits.ofRound(Duration.ofMinutes(10)),
            failure -> failed.addSuppressed(failure.error()));
    // Rounds that walk through places begin somewhere else every day.
    int from = Math.floorMod((int) seeds.seed(), campaign.rounds());
    Tally tally = runner.run(campaign, from, campaign.everydayRounds(), seeds.seed());
    if (!tally.failures().isEmpty()) {
      throw failed;
    }
    assertThat(tally.cases()).isPositive();
  }

  @Test
  void everyCampaignHasANameOfItsOwn() {
    assertThat(Campaigns.all()).extracting(Campaign::name).doesNotHaveDuplicates();
  }
}
