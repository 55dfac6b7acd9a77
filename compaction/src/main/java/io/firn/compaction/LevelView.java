package io.firn.compaction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The levels of one version of the table, derived from its live files. Immutable.
 *
 * <p>A file asks for a level by the hint in its name, or by an override that a move without I/O has
 * left. Files are placed oldest first (by data sequence number, then path). Below level 0 a file
 * whose range overlaps one already placed in its level is treated as a file of level 0, as is a
 * file whose hint is deeper than the last level: so level 0 may overlap, and every other level is
 * one sorted run. This holds whatever the hints say.
 */
public final class LevelView {

  private static final Comparator<CompactionFile> OLDEST_FIRST =
      Comparator.comparingLong(CompactionFile::dataSequenceNumber)
          .thenComparing(CompactionFile::path);
  private static final Comparator<CompactionFile> BY_KEY =
      Comparator.comparing((CompactionFile file) -> file.range().first(), Arrays::compareUnsigned)
          .thenComparing(OLDEST_FIRST);

  private final List<List<CompactionFile>> levels;

  private LevelView(List<List<CompactionFile>> levels) {
    this.levels = levels;
  }

  /**
   * Derives the levels.
   *
   * @param files the live files of one version
   * @param overrides the level of files that were moved without I/O, by path
   * @param levelsMax the number of levels, level 0 included
   */
  public static LevelView of(
      Collection<CompactionFile> files, Map<String, Integer> overrides, int levelsMax) {
    List<CompactionFile> oldestFirst = new ArrayList<>(files);
    oldestFirst.sort(OLDEST_FIRST);
    List<List<CompactionFile>> levels = new ArrayList<>();
    List<TreeMap<byte[], CompactionFile>> runs = new ArrayList<>();
    for (int level = 0; level < levelsMax; level++) {
      levels.add(new ArrayList<>());
      runs.add(new TreeMap<>(Arrays::compareUnsigned));
    }
    for (CompactionFile file : oldestFirst) {
      int level = overrides.getOrDefault(file.path(), file.levelHint());
      if (level >= levelsMax || !fits(file.range(), runs.get(level))) {
        level = 0;
      }
      levels.get(level).add(file);
      if (level > 0 && !file.range().isEmpty()) {
        runs.get(level).put(file.range().first(), file);
      }
    }
    List<List<CompactionFile>> sorted = new ArrayList<>();
    for (int level = 0; level < levelsMax; level++) {
      levels.get(level).sort(level == 0 ? OLDEST_FIRST : BY_KEY);
      sorted.add(List.copyOf(levels.get(level)));
    }
    return new LevelView(List.copyOf(sorted));
  }

  /**
   * The overrides that a freshly opened table may start with: a file of level 0 that overlaps no
   * other file of the levels 0 and 1 counts as level 1. This is what moves without I/O had made of
   * it, or would at once; deeper moves are simply picked again.
   */
  public static Map<String, Integer> rederiveOverrides(
      Collection<CompactionFile> files, int levelsMax) {
    LevelView view = of(files, Map.of(), levelsMax);
    List<CompactionFile> both = new ArrayList<>(view.level(0));
    both.addAll(view.level(1));
    Map<String, Integer> overrides = new TreeMap<>();
    for (List<CompactionFile> group : OverlapGroups.of(both)) {
      CompactionFile file = group.get(0);
      if (group.size() == 1
          && file.origin() == CompactionFile.Origin.FIRN
          && view.level(0).contains(file)) {
        overrides.put(file.path(), 1);
      }
    }
    return overrides;
  }

  private static boolean fits(KeyRange range, NavigableMap<byte[], CompactionFile> run) {
    if (range.isEmpty()) {
      return true;
    }
    Map.Entry<byte[], CompactionFile> before = run.floorEntry(range.last());
    return before == null || !before.getValue().range().overlaps(range);
  }

  /** This without some of its files. */
  LevelView without(Set<String> paths) {
    return paths.isEmpty()
        ? this
        : new LevelView(
            levels.stream()
                .map(files -> files.stream().filter(f -> !paths.contains(f.path())).toList())
                .toList());
  }

  /** The number of levels, level 0 included, empty ones too. */
  public int levelCount() {
    return levels.size();
  }

  /** The files of a level: level 0 oldest first, any other by key. */
  public List<CompactionFile> level(int level) {
    return levels.get(level);
  }

  /** All files, level by level. */
  public List<CompactionFile> files() {
    return levels.stream().flatMap(List::stream).toList();
  }

  /** The deepest level that has a file; 0 if none has. */
  public int deepestLevel() {
    int level = levels.size() - 1;
    while (level > 0 && levels.get(level).isEmpty()) {
      level--;
    }
    return level;
  }

  /** The files of a level that have a key in common with a range. */
  public List<CompactionFile> overlapping(int level, KeyRange range) {
    return levels.get(level).stream().filter(file -> file.range().overlaps(range)).toList();
  }

  /** Whether a level has a file with a key in common with a range. */
  boolean overlaps(int level, KeyRange range) {
    return levels.get(level).stream().anyMatch(file -> file.range().overlaps(range));
  }

  /** The bytes of a level. */
  public long lengthBytes(int level) {
    return levels.get(level).stream().mapToLong(CompactionFile::lengthBytes).sum();
  }
}
