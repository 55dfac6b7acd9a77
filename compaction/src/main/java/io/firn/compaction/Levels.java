package io.firn.compaction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.catalog.LiveFile;
import io.firn.catalog.Version;
import io.firn.format.WrittenFile;
import io.firn.storage.StoragePaths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.DeleteFile;

/**
 * The levels of a table across its versions. Where a file counts is its name's hint, unless it was
 * moved without I/O since the table was opened, or found not to fit its level: then it counts where
 * it was put until it is gone. Nothing of this is stored. {@link #rederive} gives a freshly opened
 * table a good start. Safe for use by many threads.
 */
public final class Levels {

  private static final Pattern OURS = Pattern.compile("L[0-9]+-[0-9]+-[0-9]+-[0-9a-f]+\\.parquet");

  private final KeyRanges ranges;
  private final int levelsMax;

  @GuardedBy("this")
  private Map<String, Integer> overrides = new HashMap<>();

  public Levels(KeyRanges ranges, CompactionOptions options) {
    this.ranges = ranges;
    this.levelsMax = options.levelsMax();
  }

  /** The levels of a version. Reads the key ranges of files never seen before. */
  public LevelView view(Version version) {
    List<CompactionFile> files = files(version);
    synchronized (this) {
      LevelView view = LevelView.of(files, overrides, levelsMax);
      for (CompactionFile file : view.level(0)) {
        // A misfit stays in level 0, lest it push out newer files once its neighbours are gone.
        if (overrides.getOrDefault(file.path(), file.levelHint()) != 0) {
          overrides.put(file.path(), 0);
        }
      }
      overrides.keySet().removeIf(path -> version.file(path) == null);
      return view;
    }
  }

  /** Forgets all moves, and makes those again that cost nothing and are plain to see. */
  public void rederive(Version version) {
    List<CompactionFile> files = files(version);
    synchronized (this) {
      overrides = new HashMap<>(LevelView.rederiveOverrides(files, levelsMax));
    }
  }

  /** Moves the inputs of a plan to its output level. */
  synchronized void move(CompactionPlan plan) {
    plan.inputPaths().forEach(path -> overrides.put(path, plan.outputLevel()));
  }

  /** The outputs of a plan that would not count as files of its output level. */
  List<WrittenFile> misfits(Version version, CompactionPlan plan, List<WrittenFile> outputs) {
    List<CompactionFile> files = new ArrayList<>();
    long newest = 0;
    Set<String> inputs = Set.copyOf(plan.inputPaths());
    for (CompactionFile file : files(version)) {
      newest = Math.max(newest, file.dataSequenceNumber());
      if (!inputs.contains(file.path())) {
        files.add(file);
      }
    }
    for (WrittenFile output : outputs) {
      files.add(
          new CompactionFile(
              output.path(),
              CompactionFile.Origin.FIRN,
              plan.outputLevel(),
              KeyRange.of(output.firstKey(), output.lastKey()),
              output.lengthBytes(),
              output.rowCount(),
              0,
              0,
              newest + 1));
    }
    LevelView view;
    synchronized (this) {
      view = LevelView.of(files, overrides, levelsMax);
    }
    Set<String> fitting =
        view.level(plan.outputLevel()).stream()
            .map(CompactionFile::path)
            .collect(Collectors.toSet());
    return outputs.stream().filter(output -> !fitting.contains(output.path())).toList();
  }

  private List<CompactionFile> files(Version version) {
    List<CompactionFile> files = new ArrayList<>();
    for (LiveFile file : version.files().values()) {
      DeleteFile dv = file.dvFile();
      Long dvBytes = dv == null ? null : dv.contentSizeInBytes();
      files.add(
          new CompactionFile(
              file.path(),
              OURS.matcher(StoragePaths.name(file.path())).matches()
                  ? CompactionFile.Origin.FIRN
                  : CompactionFile.Origin.FOREIGN,
              file.levelHint(),
              ranges.range(file, version.schema()),
              file.lengthBytes(),
              file.rowCount(),
              file.deleted().cardinality(),
              dvBytes == null ? file.deleted().isEmpty() ? 0 : file.deleted().bytes() : dvBytes,
              file.dataSequenceNumber()));
    }
    return files;
  }
}
