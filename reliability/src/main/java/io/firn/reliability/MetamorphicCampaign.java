package io.firn.reliability;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Random lists of operations in sixty-four configurations, one after the other: whatever is done in
 * whatever order, by this engine and by others, every read answers as the model does. A list that
 * fails is made shorter as long as it fails.
 */
final class MetamorphicCampaign implements Campaign {

  private static final int SEEDS = 20;
  private static final int OPERATIONS = 20_000;
  private static final int OPERATIONS_EVERY_DAY = 1_500;
  private static final int SHRINKS_MAX = 200;
  private static final Duration SHRINKING_MAX = Duration.ofMinutes(2);
  private static final int LISTED_MAX = 60;

  private final int operations;

  MetamorphicCampaign() {
    this(OPERATIONS);
  }

  private MetamorphicCampaign(int operations) {
    this.operations = operations;
  }

  @Override
  public String name() {
    return "metamorphic";
  }

  @Override
  public String promise() {
    return "random operations x configurations, crashes, foreign commits: reads answer as the model";
  }

  @Override
  public int rounds() {
    return Configuration.COUNT * SEEDS;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public Campaign everyday() {
    return new MetamorphicCampaign(OPERATIONS_EVERY_DAY);
  }

  @Override
  public long run(Round round) {
    List<Operation> list = Operation.list(round.random(), operations);
    Throwable failure = failure(round, list);
    if (failure == null) {
      return operations;
    }
    List<Operation> shortest = shrink(round, list, failure);
    throw new AssertionError(
        "round "
            + round.index()
            + " of seed "
            + round.campaignSeed()
            + ", configuration "
            + round.index() % Configuration.COUNT
            + ", fails: "
            + failure.getMessage()
            + "; the shortest list that does has "
            + shortest.size()
            + " operations: "
            + shortest.stream()
                .limit(LISTED_MAX)
                .map(Operation::toString)
                .collect(Collectors.toList()),
        failure);
  }

  private static @Nullable Throwable failure(Round round, List<Operation> operations) {
    try {
      new Execution(round.table(), Configuration.numbered(round.index() % Configuration.COUNT))
          .run(operations);
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  /**
   * Leaves out what came after the failure, then halves, quarters and so on, as long as what is
   * left fails; gives up when it takes too long.
   */
  private static List<Operation> shrink(
      Round round, List<Operation> operations, Throwable failure) {
    long start = System.nanoTime();
    List<Operation> failing = upToFailure(operations, failure);
    int tries = 0;
    for (int chunk = failing.size() / 2; chunk > 0; chunk /= 2) {
      for (int at = 0; at < failing.size() && tries < SHRINKS_MAX; ) {
        if (System.nanoTime() - start > SHRINKING_MAX.toNanos()) {
          return failing;
        }
        List<Operation> fewer = new ArrayList<>(failing);
        fewer.subList(at, Math.min(at + chunk, fewer.size())).clear();
        tries++;
        Throwable still = failure(round, fewer);
        if (still == null) {
          at += chunk;
        } else {
          failing = upToFailure(fewer, still);
        }
      }
    }
    return failing;
  }

  private static List<Operation> upToFailure(List<Operation> operations, Throwable failure) {
    return failure instanceof Execution.FailedOperationError failed
            && failed.index() < operations.size()
        ? operations.subList(0, failed.index() + 1)
        : operations;
  }
}
