package io.firn.reliability;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code reliability/run}. */
@Command(
    name = "reliability/run",
    mixinStandardHelpOptions = true,
    description = {
      "Runs campaigns against the engine and prints: campaign, rounds, cases, failures.",
      "Exit code 0 if nothing failed, 1 otherwise. A failure names the seed that repeats it:",
      "  reliability/run CAMPAIGN --seed S --from ROUND --rounds 1"
    })
public final class Main implements Callable<Integer> {

  private static final int PROGRESS_SECONDS = 60;

  @Parameters(paramLabel = "CAMPAIGN", description = "Names of campaigns; all if none is given.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--rounds", description = "Rounds of each campaign instead of its full number.")
  private int rounds;

  @Option(names = "--everyday", description = "The few rounds that the everyday suite runs.")
  private boolean everyday;

  @Option(names = "--from", description = "The index of the first round.")
  private int from;

  @Option(names = "--seed", description = "The first seed; a fresh one if none is given.")
  private long seed = new Random().nextLong();

  @Option(names = "--round-minutes", description = "A round that takes longer has failed.")
  private int roundMinutes = 15;

  @Option(names = "--minutes", description = "No round of a campaign begins after so long.")
  private int minutes = 525_600;

  @Option(names = "--threads", description = "So many rounds at once.")
  private int threads = 1;

  @Option(names = "--list", description = "Lists the campaigns and runs nothing.")
  private boolean list;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public Integer call() {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    if (list) {
      for (Campaign campaign : Campaigns.all()) {
        out.printf(
            Locale.ROOT,
            "%-12s %6d rounds  %s%n",
            campaign.name(),
            campaign.rounds(),
            campaign.promise());
      }
      return 0;
    }
    List<Campaign> chosen =
        names.isEmpty() ? Campaigns.all() : names.stream().map(Campaigns::named).toList();
    List<Tally> tallies = new ArrayList<>();
    for (Campaign campaign : chosen) {
      CampaignRunner runner =
          new CampaignRunner(
              new CampaignRunner.Limits(
                  Duration.ofMinutes(roundMinutes), Duration.ofMinutes(minutes), threads),
              watcher(out, campaign));
      tallies.add(
          runner.run(everyday ? campaign.everyday() : campaign, from, count(campaign), seed));
    }
    print(out, tallies);
    return tallies.stream().allMatch(tally -> tally.failures().isEmpty()) ? 0 : 1;
  }

  private int count(Campaign campaign) {
    if (rounds > 0) {
      return rounds;
    }
    return everyday ? campaign.everydayRounds() : campaign.rounds();
  }

  /**
   * Reports failures when they happen, and once a minute and at the end how far the campaign is.
   */
  private CampaignRunner.Watcher watcher(PrintWriter out, Campaign campaign) {
    return new CampaignRunner.Watcher() {
      private double told;

      @Override
      public void failed(Tally.Failure failure) {
        out.printf(
            Locale.ROOT,
            "FAILED: %s --seed %d --from %d --rounds 1%n",
            campaign.name(),
            seed,
            failure.round());
        failure.error().printStackTrace(out);
        out.flush();
      }

      @Override
      public void advanced(Tally sofar) {
        if (sofar.seconds() - told >= PROGRESS_SECONDS || sofar.rounds() == count(campaign)) {
          told = sofar.seconds();
          out.printf(
              Locale.ROOT,
              "%s: %d of %d rounds, %d cases, %d failures, %.0f s%n",
              campaign.name(),
              sofar.rounds(),
              count(campaign),
              sofar.cases(),
              sofar.failures().size(),
              sofar.seconds());
          out.flush();
        }
      }
    };
  }

  /** The target is the campaign's full number of rounds, however many were asked for. */
  private void print(PrintWriter out, List<Tally> tallies) {
    out.printf(
        Locale.ROOT,
        "%n%-14s %8s %8s %10s %9s %9s  seed %d%n",
        "campaign",
        "target",
        "rounds",
        "cases",
        "failures",
        "seconds",
        seed);
    for (Tally tally : tallies) {
      out.printf(
          Locale.ROOT,
          "%-14s %8d %8d %10d %9d %9.0f%n",
          tally.campaign(),
          Campaigns.named(tally.campaign()).rounds(),
          tally.rounds(),
          tally.cases(),
          tally.failures().size(),
          tally.seconds());
    }
    out.flush();
  }
}
