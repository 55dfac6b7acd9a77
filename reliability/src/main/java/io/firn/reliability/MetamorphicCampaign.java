package io.firn.reliability;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Random lists of operations under sixty-four option sets, one after the other: whatever is done in
 * whatever order, every read answers as the model does. A list that fails is made shorter as long
 * as it fails.
 */
final class MetamorphicCampaign implements Campaign {

  private static final int OPERATIONS = 1_000;
  private static final int SEEDS = 20;
  private static final int LISTS = 20;
  private static final int SHRINKS_MAX = 200;

  @Override
  public String name() {
    return "metamorphic";
  }

  @Override
  public String promise() {
    return "random operations x option sets x crashes: every read answers as the model";
  }

  @Override
  public int rounds() {
    return OptionSet.COUNT * SEEDS * LISTS;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public long run(Round round) {
    List<Operation> operations = Operation.list(round.random(), OPERATIONS);
    Throwable failure = failure(round, operations);
    if (failure != null) {
      List<Operation> shortest = shrink(round, operations);
      throw new AssertionError(
          "option set "
              + round.index() % OptionSet.COUNT
              + " fails; the shortest list that does has "
              + shortest.size()
              + " operations: "
              + shortest.stream().limit(60).map(Operation::toString).collect(Collectors.toList()),
          failure);
    }
    return operations.size();
  }

  private static @Nullable Throwable failure(Round round, List<Operation> operations) {
    try {
      new Execution(round.table(), OptionSet.numbered(round.index() % OptionSet.COUNT))
          .run(operations);
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  /** Leaves out halves, quarters and so on, as long as what is left fails. */
  private static List<Operation> shrink(Round round, List<Operation> operations) {
    List<Operation> failing = operations;
    int tries = 0;
    for (int chunk = failing.size() / 2; chunk > 0; chunk /= 2) {
      for (int at = 0; at < failing.size() && tries < SHRINKS_MAX; ) {
        List<Operation> fewer = new ArrayList<>(failing);
        fewer.subList(at, Math.min(at + chunk, fewer.size())).clear();
        tries++;
        if (failure(round, fewer) == null) {
          at += chunk;
        } else {
          failing = fewer;
        }
      }
    }
    return failing;
  }
}
