package io.firn.engine;

import io.firn.catalog.LiveFile;
import io.firn.catalog.Version;
import io.firn.error.FirnException;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.KeyCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The data files of one version, open and pinned, arranged for finding: in sorted runs, each a
 * sequence of files that do not overlap. There are as many runs as files that share one point of
 * the key space, whatever levels they are on. The run with the newest file comes first: whoever
 * looks for a key there rarely meets its masked versions in older files.
 *
 * <p>Immutable. Reference counted: it starts with one reference, and the last release unpins every
 * file.
 */
final class FileSet {

  private final Version version;
  private final Settlement settlement;
  private final List<FileView> files;
  private final FileView[][] runs;
  private final FilePins pins;
  private final AtomicInteger references = new AtomicInteger(1);

  private FileSet(Settlement settlement, List<FileView> files, FilePins pins) {
    this.version = settlement.version();
    this.settlement = settlement;
    this.pins = pins;
    this.files = List.copyOf(files);
    this.runs = sortedRuns(files);
  }

  /**
   * Opens and pins every live file of a version that has rows. If one cannot be opened, none stays
   * pinned.
   *
   * @param known a settlement found before, used again if it is this version's
   */
  static FileSet open(
      Version version, DataFileReaders readers, FilePins pins, @Nullable Settlement known) {
    List<FileView> files = new ArrayList<>(version.files().size());
    try {
      for (LiveFile live : version.files().values()) {
        if (live.rowCount() > 0) {
          pins.pin(live.path());
          try {
            files.add(open(live, version, readers));
          } catch (FirnException e) {
            pins.unpin(live.path());
            throw e;
          }
        }
      }
      Settlement settlement = settlement(version, files, readers, known);
      files.replaceAll(file -> file.masking(settlement.masked(file.live().path())));
      return new FileSet(settlement, files, pins);
    } catch (RuntimeException e) {
      close(files, pins);
      throw e;
    }
  }

  private static Settlement settlement(
      Version version, List<FileView> files, DataFileReaders readers, @Nullable Settlement known) {
    if (version.unsettled().isEmpty()) {
      return Settlement.nothing(version);
    }
    return known != null && known.version() == version
        ? known
        : SettlementSearch.search(version, files, readers);
  }

  private static FileView open(LiveFile live, Version version, DataFileReaders readers) {
    DataFileReader reader = readers.open(live.path(), live.lengthBytes(), version.schema());
    try {
      return FileView.of(live, reader);
    } catch (FirnException e) {
      reader.close();
      throw e;
    }
  }

  private static FileView[][] sortedRuns(List<FileView> files) {
    List<FileView> sorted = new ArrayList<>(files);
    sorted.sort(Comparator.comparing(FileView::firstKey, KeyCodec::compare));
    List<List<FileView>> runs = new ArrayList<>();
    for (FileView file : sorted) {
      List<FileView> home = null;
      for (List<FileView> run : runs) {
        if (KeyCodec.compare(run.get(run.size() - 1).lastKey(), file.firstKey()) < 0) {
          home = run;
          break;
        }
      }
      if (home == null) {
        home = new ArrayList<>();
        runs.add(home);
      }
      home.add(file);
    }
    return runs.stream()
        .sorted(Comparator.comparingLong(FileSet::newest).reversed())
        .map(run -> run.toArray(FileView[]::new))
        .toArray(FileView[][]::new);
  }

  private static long newest(List<FileView> run) {
    return run.stream().mapToLong(file -> file.live().dataSequenceNumber()).max().orElse(0);
  }

  Version version() {
    return version;
  }

  /** What is masked in these files beside their deletion vectors. */
  Settlement settlement() {
    return settlement;
  }

  List<FileView> files() {
    return files;
  }

  int runCount() {
    return runs.length;
  }

  /** The only file of a run that can contain a key; null if it is clear that there is none. */
  @Nullable FileView candidate(int run, byte[] key) {
    FileView[] sorted = runs[run];
    if (sorted.length == 1) {
      // Its filter says so, if it does not have the key, for less than comparing bounds.
      return sorted[0];
    }
    int index = firstNotBelow(sorted, key);
    return index < sorted.length && KeyCodec.compare(sorted[index].firstKey(), key) <= 0
        ? sorted[index]
        : null;
  }

  /**
   * The files of a run with a key in the range, ascending. A null bound is open; {@code to} is
   * exclusive.
   */
  List<FileView> range(int run, byte @Nullable [] from, byte @Nullable [] to) {
    FileView[] sorted = runs[run];
    int start = from == null ? 0 : firstNotBelow(sorted, from);
    int end = start;
    while (end < sorted.length
        && (to == null || KeyCodec.compare(sorted[end].firstKey(), to) < 0)) {
      end++;
    }
    return List.of(sorted).subList(start, end);
  }

  /** The first file of a run whose last key is not below the key. */
  private static int firstNotBelow(FileView[] sorted, byte[] key) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (KeyCodec.compare(sorted[middle].lastKey(), key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Takes another reference. The caller holds one already. */
  FileSet retain() {
    references.incrementAndGet();
    return this;
  }

  /** Gives a reference back. */
  void release() {
    if (references.decrementAndGet() == 0) {
      close(files, pins);
    }
  }

  private static void close(List<FileView> files, FilePins pins) {
    for (FileView file : files) {
      file.reader().close();
      pins.unpin(file.live().path());
    }
  }
}
