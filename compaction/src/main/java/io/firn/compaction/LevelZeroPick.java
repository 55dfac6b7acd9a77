package io.firn.compaction;

import io.firn.compaction.CompactionPicker.Candidate;
import io.firn.compaction.CompactionPlan.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The jobs that start in level 0. Reserves nothing. */
final class LevelZeroPick {

  /**
   * While level 1 is busy, level 0 must be this far over its trigger to be merged within itself.
   */
  private static final double WITHIN_WHILE_BUSY_SCORE = 2;

  /** A larger run joins a merge within level 0 if it has no more rows for each of the others. */
  private static final double ROWS_A_SMALLER_ROW = 0.75;

  private final LevelView view;
  private final CompactionOptions options;
  private final Reservations reservations;
  private final LevelZero levelZero;

  /** The free files of level 0 that overlap each other, the most first. */
  private final List<List<CompactionFile>> groups;

  LevelZeroPick(
      LevelView view, LevelZero levelZero, CompactionOptions options, Reservations reservations) {
    this.view = view;
    this.options = options;
    this.reservations = reservations;
    this.levelZero = levelZero;
    List<CompactionFile> both = new ArrayList<>(view.level(0));
    both.addAll(view.level(1));
    List<List<CompactionFile>> byCount = new ArrayList<>();
    for (List<CompactionFile> group : OverlapGroups.of(both)) {
      byCount.add(group.stream().filter(this::isPickable).toList());
    }
    byCount.removeIf(List::isEmpty);
    byCount.sort(Comparator.comparingInt((List<CompactionFile> group) -> -group.size()));
    this.groups = byCount;
  }

  private boolean isPickable(CompactionFile file) {
    return view.level(0).contains(file) && file.liveRows() > 0 && reservations.isFree(file);
  }

  /** What may be done because level 0 is due. */
  List<Candidate> candidates() {
    double score = levelZero.score();
    if (score < 1) {
      return List.of();
    }
    if (!levelZero.goesDown()) {
      return List.of(new Candidate(score, () -> moves(score).or(() -> fewerRuns(score))));
    }
    // Tried last: it makes fewer runs, not deeper ones.
    Candidate whileBusy =
        new Candidate(0, () -> score >= WITHIN_WHILE_BUSY_SCORE ? within(score) : Optional.empty());
    return List.of(down(), whileBusy);
  }

  /**
   * Files that overlap nothing are moved, all of them at once; else the largest group of files that
   * overlap each other goes down, oldest first, as far as a job may read.
   */
  Candidate down() {
    double score = levelZero.score();
    return new Candidate(score, () -> moves(score).or(() -> intoLevelOne(score)));
  }

  private Optional<CompactionPlan> intoLevelOne(double score) {
    return groups.stream()
        .map(group -> largest(group, score))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** A merge within level 0; into level 1 only if its runs are too large for a job otherwise. */
  private Optional<CompactionPlan> fewerRuns(double score) {
    Optional<CompactionPlan> within = within(score);
    boolean nothingRuns = view.level(0).stream().allMatch(reservations::isFree);
    return within.isPresent() || !nothingRuns ? within : intoLevelOne(score);
  }

  private Optional<CompactionPlan> moves(double score) {
    List<CompactionFile> moves =
        groups.stream()
            .filter(group -> group.size() == 1 && movesDown(group.get(0)))
            .map(group -> group.get(0))
            .toList();
    if (moves.isEmpty()) {
      return Optional.empty();
    }
    CompactionPlan plan = new CompactionPlan(Kind.MOVE, moves, 1, score);
    // The hull of several moves may cover a busy range that none of them touches.
    return Optional.of(
        reservations.isFree(plan)
            ? plan
            : new CompactionPlan(Kind.MOVE, moves.subList(0, 1), 1, score));
  }

  private boolean movesDown(CompactionFile file) {
    return file.movable()
        && !view.overlaps(1, file.range())
        && reservations.isFree(1, file.range());
  }

  /** The files of a group that are free, oldest first, as many as a job may read. */
  private Optional<CompactionPlan> largest(List<CompactionFile> group, double score) {
    Optional<CompactionPlan> best = Optional.empty();
    List<CompactionFile> taken = new ArrayList<>();
    for (CompactionFile file : group) {
      taken.add(file);
      List<CompactionFile> inputs = new ArrayList<>(taken);
      inputs.addAll(view.overlapping(1, KeyRange.hull(taken)));
      CompactionPlan plan = new CompactionPlan(Kind.L0_TO_L1, inputs, 1, score);
      if (!reservations.isFree(plan)) {
        taken.remove(file);
      } else if (best.isPresent() && plan.inputBytes() > options.maxInputBytesPerJob()) {
        break;
      } else {
        best = Optional.of(plan);
      }
    }
    return best;
  }

  /**
   * The smaller half of the runs becomes one, with every larger run that those before it can be
   * compared with: fewer runs to read, and none rewritten for little.
   */
  private Optional<CompactionPlan> within(double score) {
    List<List<CompactionFile>> smallestFirst =
        levelZero.runs().stream()
            .filter(run -> run.stream().allMatch(reservations::isFree))
            .sorted(Comparator.comparingLong(LevelZero::liveRows))
            .toList();
    List<CompactionFile> inputs = new ArrayList<>();
    long rows = 0;
    long bytes = 0;
    int runs = 0;
    for (List<CompactionFile> run : smallestFirst) {
      long runBytes = run.stream().mapToLong(CompactionFile::lengthBytes).sum();
      long runRows = LevelZero.liveRows(run);
      boolean comparable = runRows <= ROWS_A_SMALLER_ROW * rows;
      boolean fits = bytes + runBytes <= options.maxInputBytesPerJob();
      if (!fits || (2 * runs >= smallestFirst.size() && !comparable)) {
        break;
      }
      inputs.addAll(run);
      rows += runRows;
      bytes += runBytes;
      runs++;
    }
    return runs < Math.max(2, options.l0FilesTrigger() / 2)
        ? Optional.empty()
        : Optional.of(new CompactionPlan(Kind.WITHIN_L0, inputs, 0, score));
  }
}
