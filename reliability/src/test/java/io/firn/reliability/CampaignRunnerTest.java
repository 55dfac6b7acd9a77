package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Rounds are run once each, counted honestly, and a hang is a failure. */
class CampaignRunnerTest {

  /** A campaign whose rounds do what they are told. */
  private record Told(Body body) implements Campaign {

    interface Body {
      long run(Round round) throws Exception;
    }

    @Override
    public String name() {
      return "told";
    }

    @Override
    public String promise() {
      return "does what it is told";
    }

    @Override
    public int rounds() {
      return 1;
    }

    @Override
    public int everydayRounds() {
      return 1;
    }

    @Override
    public long run(Round round) throws Exception {
      return body.run(round);
    }
  }

  private static CampaignRunner runner(CampaignRunner.Limits limits, List<Tally.Failure> failures) {
    return new CampaignRunner(limits, failures::add);
  }

  @Test
  void severalThreadsRunEveryRoundOnceWithItsOwnSeedAndDirectory() {
    Set<Integer> indices = ConcurrentHashMap.newKeySet();
    Set<Long> seeds = ConcurrentHashMap.newKeySet();
    Set<Path> directories = ConcurrentHashMap.newKeySet();
    Tally tally =
        runner(
                new CampaignRunner.Limits(Duration.ofMinutes(1), Duration.ofMinutes(1), 3),
                new ArrayList<>())
            .run(
                new Told(
                    round -> {
                      indices.add(round.index());
                      seeds.add(round.seed());
                      directories.add(round.directory());
                      return 2;
                    }),
                10,
                40,
                7);
    assertThat(indices).hasSize(40).contains(10, 49);
    assertThat(seeds).hasSize(40).contains(CampaignRunner.seedOf(7, 10));
    assertThat(directories).hasSize(40).noneMatch(Files::exists);
    assertThat(tally.rounds()).isEqualTo(40);
    assertThat(tally.cases()).isEqualTo(80);
  }

  @Test
  void noRoundBeginsAfterTheTimeOfTheCampaign() {
    Tally tally =
        runner(
                new CampaignRunner.Limits(Duration.ofMinutes(1), Duration.ZERO, 2),
                new ArrayList<>())
            .run(new Told(round -> 1), 0, 5, 7);
    assertThat(tally.rounds()).isZero();
  }

  @Test
  void aFailureIsToldWithItsSeedAndItsFilesAreKept() throws Exception {
    List<Tally.Failure> failures = new ArrayList<>();
    List<Path> kept = new ArrayList<>();
    Tally tally =
        runner(CampaignRunner.Limits.ofRound(Duration.ofMinutes(1)), failures)
            .run(
                new Told(
                    round -> {
                      if (round.index() == 1) {
                        kept.add(round.directory());
                        throw new AssertionError("lost");
                      }
                      return 1;
                    }),
                0,
                3,
                7);
    assertThat(tally.rounds()).isEqualTo(3);
    assertThat(tally.cases()).isEqualTo(2);
    assertThat(failures).isEqualTo(tally.failures()).hasSize(1);
    assertThat(failures.get(0).seed()).isEqualTo(CampaignRunner.seedOf(7, 1));
    assertThat(kept).hasSize(1).allMatch(Files::exists);
    Files.delete(kept.get(0));
  }

  @Test
  void aHangIsAFailureThatShowsWhere() {
    CountDownLatch never = new CountDownLatch(1);
    Tally tally =
        runner(CampaignRunner.Limits.ofRound(Duration.ofMillis(50)), new ArrayList<>())
            .run(
                new Told(
                    round -> {
                      never.await();
                      return 1;
                    }),
                0,
                1,
                7);
    never.countDown();
    assertThat(tally.failures()).hasSize(1);
    Throwable hang = tally.failures().get(0).error();
    assertThat(hang).hasMessageContaining("hangs");
    assertThat(hang.getSuppressed())
        .anyMatch(thread -> String.valueOf(thread.getMessage()).equals("round-0"));
  }

  @Test
  void aWatcherIsToldOfEveryRoundAndOfItsFailure() {
    List<Integer> rounds = new ArrayList<>();
    List<Integer> failed = new ArrayList<>();
    Tally tally =
        new CampaignRunner(
                CampaignRunner.Limits.ofRound(Duration.ofMinutes(1)),
                new CampaignRunner.Watcher() {
                  @Override
                  public void failed(Tally.Failure failure) {
                    failed.add(failure.round());
                  }

                  @Override
                  public void advanced(Tally sofar) {
                    rounds.add(sofar.rounds());
                    assertThat(sofar.failures()).hasSize(failed.size());
                  }
                })
            .run(
                new Told(
                    round -> {
                      if (round.index() == 1) {
                        throw new IllegalStateException("told to");
                      }
                      return 1;
                    }),
                0,
                3,
                7);
    assertThat(rounds).containsExactly(1, 2, 3);
    assertThat(failed).containsExactly(1);
    assertThat(tally.cases()).isEqualTo(2);
  }
}
