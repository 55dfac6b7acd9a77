package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The metadata versions in a table's directory and the hint beside them, as they are, damaged ones
 * included. Read once, when it is made.
 */
final class VersionFiles {

  /** A crash may leave no hint, and one that lags, but no more than this. */
  private static final int VERSIONS_WITHOUT_HINT_MAX = 2;

  private final String directory;
  private final Storage storage;
  private final NavigableMap<Integer, String> versions = new TreeMap<>();
  private final String hintPath;
  private final @Nullable String hint;

  VersionFiles(Storage storage, String directory) throws IOException {
    this.storage = storage;
    this.directory = directory;
    String metadata = StoragePaths.join(directory, "metadata");
    this.hintPath = StoragePaths.join(metadata, PathTableOperations.VERSION_HINT);
    // Read first: whoever publishes a version meanwhile writes the hint later.
    this.hint = readHint();
    for (Storage.FileStatus file : storage.list(metadata)) {
      Matcher matcher = PathTableOperations.VERSION.matcher(StoragePaths.name(file.path()));
      if (matcher.matches()) {
        versions.put(Integer.parseInt(matcher.group(1)), file.path());
      }
    }
  }

  private @Nullable String readHint() throws IOException {
    try (InputFileHandle file = storage.open(hintPath)) {
      byte[] bytes = new byte[(int) Math.min(file.length(), 64)];
      file.readFully(0, bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException none) {
      return null;
    }
  }

  boolean isEmpty() {
    return versions.isEmpty();
  }

  /** The version in the hint; 0 if there is no hint, or one that says nothing. */
  private int hinted() {
    String text = hint == null ? "" : hint.strip();
    return PathTableOperations.HINT.matcher(text).matches() ? Integer.parseInt(text) : 0;
  }

  /** What is wrong with the hint of a table of which the newest version is sound. */
  Optional<Defect> hintDefect() {
    int newest = versions.lastKey();
    String what;
    Defect.Weight weight = Defect.Weight.READERS;
    if (hint == null) {
      what = "is missing";
      weight = newest <= VERSIONS_WITHOUT_HINT_MAX ? Defect.Weight.NOBODY : weight;
    } else if (hinted() == 0) {
      what = "is no number";
    } else if (!versions.containsKey(hinted())) {
      what = "names version " + hinted() + ", which is not there; other engines find no table";
    } else if (hinted() < newest) {
      what = "names version " + hinted() + " and the newest is " + newest;
      weight = Defect.Weight.NOBODY;
    } else {
      return Optional.empty();
    }
    return Optional.of(
        new Defect(
            weight, hintPath, what, "write " + newest + " into it", 0, () -> writeHint(newest)));
  }

  private PathTableOperations operations() {
    return new PathTableOperations(directory, storage, new DurableFileIO(storage));
  }

  private void writeHint(int version) {
    try {
      operations().writeHint(version);
      storage.syncDirectory(StoragePaths.parent(hintPath));
    } catch (IOException e) {
      throw new StorageException("Cannot write the version hint of " + directory, e);
    }
  }

  /**
   * The loss of the newest version, by damage to its file or because the hint names one that is not
   * there. Mending goes back to the newest one that can be read and of which every file is there.
   *
   * @param logBegins the first operation that the log can replay, if it has any
   */
  Optional<Defect> newestDefect(OptionalLong logBegins) throws IOException {
    int newest = versions.lastKey();
    String file = path(newest);
    String what;
    if (hinted() > newest) {
      file = StoragePaths.join(StoragePaths.parent(hintPath), "v" + hinted() + ".metadata.json");
      what = "is missing; the hint names it, and the newest version there is is " + newest;
    } else {
      try {
        read(newest);
        return Optional.empty();
      } catch (CorruptionException e) {
        what = String.valueOf(e.getMessage());
      }
    }
    for (Map.Entry<Integer, String> version : versions.descendingMap().entrySet()) {
      TableMetadata metadata = whole(version.getKey());
      if (metadata != null) {
        return Optional.of(fallback(file, what, version.getKey(), metadata, logBegins));
      }
    }
    return Optional.of(
        new Defect(
            Defect.Weight.READERS,
            file,
            what,
            "no older version of the metadata is whole; restore the file",
            Defect.UNKNOWN,
            null));
  }

  private TableMetadata read(int version) throws IOException {
    return MetadataSeal.read(storage, new DurableFileIO(storage), path(version));
  }

  private String path(int version) {
    return Objects.requireNonNull(versions.get(version));
  }

  private @Nullable TableMetadata whole(int version) throws IOException {
    try {
      TableMetadata metadata = read(version);
      return new SnapshotFiles(storage, new DurableFileIO(storage), metadata, MetadataCache.none())
              .currentIsWhole()
          ? metadata
          : null;
    } catch (CorruptionException damaged) {
      return null;
    }
  }

  private Defect fallback(
      String file, String what, int version, TableMetadata metadata, OptionalLong logBegins) {
    long flushed = FlushedSequence.of(metadata);
    long lost = Defect.UNKNOWN;
    String loses = "; what was committed since is lost";
    if (logBegins.isPresent()) {
      lost = Math.max(0, logBegins.getAsLong() - 1 - flushed);
      loses =
          lost == 0
              ? "; the log has every operation behind it"
              : "; operations "
                  + (flushed + 1)
                  + " to "
                  + (logBegins.getAsLong() - 1)
                  + " were committed since and are lost, later ones are in the log";
    }
    return new Defect(
        Defect.Weight.READERS,
        file,
        what,
        "go back to version " + version + ", the table at operation " + flushed + loses,
        lost,
        () -> goBack(version, logBegins));
  }

  private void goBack(int version, OptionalLong logBegins) {
    try {
      for (String later : versions.tailMap(version, false).descendingMap().values()) {
        DamagedCopies.rename(storage, later);
      }
    } catch (IOException e) {
      throw new StorageException("Cannot set versions of " + directory + " aside", e);
    }
    writeHint(version);
    PathTableOperations operations = operations();
    try {
      TableMetadata metadata = operations.refresh();
      if (metadata != null) {
        new LogGap(operations, metadata, logBegins).close();
      }
    } catch (UncheckedIOException e) {
      throw new StorageException("Cannot read the metadata of " + directory, e);
    }
  }
}
