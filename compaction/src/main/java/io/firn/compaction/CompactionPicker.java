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

  private final CompactionOptions options;
  private final Reservations reservations;

  /** Per level, where the last pick ended: the next one starts behind it, and wraps round. */
  private final Map<Integer, byte[]> cursors = new ConcurrentHashMap<>();

  /**
   * A job that may be due.
   *
   * @param score how urgent it is
   * @param plan what it would do; empty if it has to wait for running ones
   */
  record Candidate(double score, Supplier<Optional<CompactionPlan>> plan) {}

  CompactionPicker(CompactionOptions options, Reservations reservations) {
    this.options = options;
    this.reservations = reservations;
  }

  /** The most urgent job that is due and free; reserved. */
  synchronized Optional<CompactionPlan> pick(LevelView view) {
    LevelZero levelZero = new LevelZero(view, options);
    return reserved(candidates(view, levelZero, levelZeroPick(view, levelZero).candidates()));
  }

  /** As {@link #pick}; but all of level 0 goes down, due or not. */
  synchronized Optional<CompactionPlan> pickMinor(LevelView view) {
    LevelZero levelZero = new LevelZero(view, options);
    return reserved(candidates(view, levelZero, List.of(levelZeroPick(view, levelZero).down())));
  }

  private LevelZeroPick levelZeroPick(LevelView view, LevelZero levelZero) {
    return new LevelZeroPick(view, levelZero, options, reservations);
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

  private List<Candidate> candidates(
      LevelView view, LevelZero levelZero, List<Candidate> ofLevelZero) {
    List<Candidate> candidates = new ArrayList<>(ofLevelZero);
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
      if (level > 0 && size >= 1) {
        candidates.add(new Candidate(size, () -> nextLevel(view, level, size)));
      }
      if (level > 0) {
        smallFiles(view, level).ifPresent(candidates::add);
      }
      if (score.maskScore() >= 1) {
        candidates.add(new Candidate(score.maskScore(), () -> masked(view, level, levelZero)));
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
  private Optional<CompactionPlan> masked(LevelView view, int level, LevelZero levelZero) {
    List<CompactionFile> files = view.level(level);
    boolean levelZeroComes = level == 1 && levelZero.goesDown();
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
}
