package io.firn.compaction;

import io.firn.compaction.CompactionPlan.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the most urgent job that shares nothing with a running one, and reserves it in the same
 * step. Every file of the output level that overlaps the job's range is an input, so that the
 * outputs fit into that level. Does no I/O. Safe for use by several threads.
 */
final class CompactionPicker {

  /** Level 0 must be this far over its trigger before it is compacted within itself. */
  private static final double WITHIN_L0_SCORE = 2;

  private final CompactionOptions options;
  private final Reservations reservations;

  /** Per level, where the last pick ended: the next one starts behind it, and wraps round. */
  private final Map<Integer, byte[]> cursors = new ConcurrentHashMap<>();

  private record Candidate(double score, Supplier<Optional<CompactionPlan>> plan) {}

  CompactionPicker(CompactionOptions options, Reservations reservations) {
    this.options = options;
    this.reservations = reservations;
  }

  /** The most urgent job that is due and free; reserved. */
  synchronized Optional<CompactionPlan> pick(LevelView view) {
    return reserved(candidates(view));
  }

  /** As {@link #pick}; when nothing is due, whatever lies in level 0. */
  synchronized Optional<CompactionPlan> pickMinor(LevelView view) {
    Optional<CompactionPlan> due = pick(view);
    return due.isPresent()
        ? due
        : reserved(List.of(new Candidate(0, () -> new LevelZeroPick(view).outOfLevelZero(0))));
  }

  private Optional<CompactionPlan> reserved(List<Candidate> candidates) {
    for (Candidate candidate : candidates) {
      Optional<CompactionPlan> plan = candidate.plan().get();
      if (plan.isPresent() && reservations.tryReserve(plan.get())) {
        advanceCursor(plan.get());
        return plan;
      }
    }
    return Optional.empty();
  }

  private List<Candidate> candidates(LevelView view) {
    List<Candidate> candidates = new ArrayList<>();
    List<CompactionFile> dead =
        view.files().stream().filter(f -> f.liveRows() == 0 && reservations.isFree(f)).toList();
    if (!dead.isEmpty()) {
      candidates.add(
          new Candidate(
              Double.MAX_VALUE,
              () -> Optional.of(new CompactionPlan(Kind.DROP, dead, 0, Double.MAX_VALUE))));
    }
    for (LevelScore score : LevelScore.of(view, options)) {
      int level = score.level();
      double size = score.sizeScore();
      if (size >= 1) {
        candidates.add(
            new Candidate(
                size,
                level == 0
                    ? () -> new LevelZeroPick(view).outOfLevelZero(size)
                    : () -> nextLevel(view, level, size)));
        if (level == 0 && size >= WITHIN_L0_SCORE) {
          // Tried last: it makes fewer files, not deeper ones.
          candidates.add(new Candidate(0, () -> new LevelZeroPick(view).withinLevelZero(size)));
        }
      }
      if (level > 0) {
        smallFiles(view, level).ifPresent(candidates::add);
      }
      if (score.maskScore() >= 1) {
        candidates.add(new Candidate(score.maskScore(), () -> masked(view, level)));
      }
    }
    candidates.sort(Comparator.comparingDouble(Candidate::score).reversed());
    return candidates;
  }

  /**
   * Consecutive files of a level from the cursor on, as many as are too many, and their overlap.
   */
  private Optional<CompactionPlan> nextLevel(LevelView view, int level, double score) {
    List<CompactionFile> files = view.level(level);
    long excess = view.lengthBytes(level) - options.levelTargetBytes(level);
    int start = firstBehindCursor(level, files);
    for (int i = 0; i < files.size(); i++) {
      int from = (start + i) % files.size();
      Optional<CompactionPlan> best = Optional.empty();
      List<CompactionFile> taken = new ArrayList<>();
      long takenBytes = 0;
      for (int at = from; at < files.size() && (takenBytes == 0 || takenBytes < excess); at++) {
        CompactionFile file = files.get(at);
        taken.add(file);
        takenBytes += file.lengthBytes();
        List<CompactionFile> inputs = new ArrayList<>(taken);
        inputs.addAll(view.overlapping(level + 1, KeyRange.hull(taken)));
        boolean alone = inputs.size() == taken.size();
        boolean moves = alone && taken.stream().allMatch(CompactionFile::movable);
        boolean wasMove = best.isPresent() && best.get().kind() == Kind.MOVE;
        Kind kind = moves ? Kind.MOVE : Kind.NEXT_LEVEL;
        CompactionPlan plan = new CompactionPlan(kind, inputs, level + 1, score);
        boolean fits = moves || plan.inputBytes() <= options.maxInputBytesPerJob();
        if (!reservations.isFree(plan) || (best.isPresent() && (!fits || wasMove != moves))) {
          break;
        }
        best = Optional.of(plan);
      }
      if (best.isPresent()) {
        return best;
      }
    }
    return Optional.empty();
  }

  private int firstBehindCursor(int level, List<CompactionFile> files) {
    byte @Nullable [] cursor = cursors.get(level);
    if (cursor != null) {
      for (int i = 0; i < files.size(); i++) {
        if (Arrays.compareUnsigned(files.get(i).range().first(), cursor) > 0) {
          return i;
        }
      }
    }
    return 0;
  }

  private void advanceCursor(CompactionPlan plan) {
    if (plan.kind() == Kind.NEXT_LEVEL || (plan.kind() == Kind.MOVE && plan.outputLevel() > 1)) {
      cursors.put(plan.outputLevel() - 1, plan.range().last());
    }
  }

  /** The longest run of small free neighbours of a level, if it is long enough. */
  private Optional<Candidate> smallFiles(LevelView view, int level) {
    List<CompactionFile> longest = List.of();
    List<CompactionFile> run = new ArrayList<>();
    long runBytes = 0;
    for (CompactionFile file : view.level(level)) {
      boolean small = file.lengthBytes() < options.targetFileBytes() / 2;
      boolean fits = runBytes + file.lengthBytes() <= options.maxInputBytesPerJob();
      if (!small || !fits || !reservations.isFree(file)) {
        run = new ArrayList<>();
        runBytes = 0;
      }
      if (small && reservations.isFree(file)) {
        run.add(file);
        runBytes += file.lengthBytes();
        longest = run.size() > longest.size() ? run : longest;
      }
    }
    double score = (double) longest.size() / options.smallFilesTrigger();
    if (score < 1) {
      return Optional.empty();
    }
    CompactionPlan plan = new CompactionPlan(Kind.SMALL_FILES, longest, level, score);
    return Optional.of(new Candidate(score, () -> Optional.of(plan).filter(reservations::isFree)));
  }

  /**
   * The file of a level with the most to gain, with its due neighbours; none that the job which is
   * due in level 0 will rewrite anyway.
   */
  private Optional<CompactionPlan> masked(LevelView view, int level) {
    List<CompactionFile> files = view.level(level);
    boolean levelZeroComes = level == 1 && LevelScore.levelZeroScore(view, options) >= 1;
    Optional<CompactionPlan> best = Optional.empty();
    for (int from = 0; from < files.size(); from++) {
      double score = LevelScore.maskScore(view, level, files.get(from), options);
      if (score < 1 || (best.isPresent() && best.get().score() >= score)) {
        continue;
      }
      List<CompactionFile> inputs = new ArrayList<>();
      long bytes = 0;
      for (int at = from; at < files.size(); at++) {
        CompactionFile file = files.get(at);
        bytes += file.lengthBytes();
        boolean due =
            LevelScore.maskScore(view, level, file, options) >= 1
                && file.liveRows() > 0
                && reservations.isFree(file)
                && !(levelZeroComes && view.overlaps(0, file.range()));
        boolean room = inputs.isEmpty() || bytes <= options.maxInputBytesPerJob();
        if (!due || !room || (level == 0 && !inputs.isEmpty())) {
          break;
        }
        inputs.add(file);
      }
      CompactionPlan plan =
          inputs.isEmpty() ? null : new CompactionPlan(Kind.MASKED, inputs, level, score);
      if (plan != null && reservations.isFree(plan)) {
        best = Optional.of(plan);
      }
    }
    return best;
  }

  /** The picks that start in level 0. */
  private final class LevelZeroPick {
    private final LevelView view;
    private final List<List<CompactionFile>> groups;

    LevelZeroPick(LevelView view) {
      this.view = view;
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

    /**
     * Files that overlap nothing are moved, all of them at once; else the largest group of files
     * that overlap each other goes down, oldest first, as far as a job may read.
     */
    Optional<CompactionPlan> outOfLevelZero(double score) {
      List<CompactionFile> moves =
          groups.stream()
              .filter(group -> group.size() == 1 && movesDown(group.get(0)))
              .map(group -> group.get(0))
              .toList();
      if (!moves.isEmpty()) {
        CompactionPlan plan = new CompactionPlan(Kind.MOVE, moves, 1, score);
        // The hull of several moves may cover a busy range that none of them touches.
        return Optional.of(
            reservations.isFree(plan)
                ? plan
                : new CompactionPlan(Kind.MOVE, moves.subList(0, 1), 1, score));
      }
      return groups.stream()
          .map(group -> largest(group, score))
          .flatMap(Optional::stream)
          .findFirst();
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

    /** Files of level 0 that are still small become fewer, so that reads look into fewer. */
    Optional<CompactionPlan> withinLevelZero(double score) {
      List<CompactionFile> inputs = new ArrayList<>();
      long bytes = 0;
      for (CompactionFile file : groups.isEmpty() ? List.<CompactionFile>of() : groups.get(0)) {
        if (file.lengthBytes() < options.targetFileBytes()
            && bytes + file.lengthBytes() <= options.maxInputBytesPerJob()) {
          inputs.add(file);
          bytes += file.lengthBytes();
        }
      }
      return inputs.size() < Math.max(2, options.l0FilesTrigger())
          ? Optional.empty()
          : Optional.of(new CompactionPlan(Kind.WITHIN_L0, inputs, 0, score));
    }
  }
}
