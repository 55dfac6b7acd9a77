package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.error.NotATableException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table operations of a table that is a directory, in the layout of Iceberg's HadoopTables:
 * {@code metadata/v<N>.metadata.json} and {@code metadata/version-hint.text}.
 *
 * <p>A version is published by giving a complete, synced file its final name, which fails if the
 * name is taken: of two committers one wins, always, as long as both publish like this. The hint
 * helps other readers, and tells of a lost version; the current one is the highest there is. When
 * {@link #commit} returns, the version is durable.
 *
 * <p>Limits. Iceberg's own HadoopTables publishes by a check and then a rename that overwrites:
 * such a writer, committing at the same moment, can replace a version of ours. Concurrent foreign
 * writers therefore need a catalog; foreign commits between ours are fine.
 *
 * <p>Not safe for use by several threads at once.
 */
final class PathTableOperations implements TableOperations {

  static final String VERSION_HINT = "version-hint.text";

  private static final Logger LOG = LoggerFactory.getLogger(PathTableOperations.class);
  static final Pattern VERSION =
      Pattern.compile("v([0-9]{1,9})((\\.gz)?\\.metadata\\.json|\\.metadata\\.json\\.gz)");
  static final Pattern HINT = Pattern.compile("[0-9]{1,9}");
  private static final List<String> SUFFIXES =
      List.of(".metadata.json", ".gz.metadata.json", ".metadata.json.gz");

  private final String directory;
  private final String metadataDirectory;
  private final Storage storage;
  private final FileIO io;

  private @Nullable TableMetadata current;
  private int version;

  PathTableOperations(String directory, Storage storage, FileIO io) {
    this.directory = directory;
    this.metadataDirectory = StoragePaths.join(directory, "metadata");
    this.storage = storage;
    this.io = io;
  }

  /** The current metadata, or null if there is no table. */
  @Override
  public @Nullable TableMetadata current() {
    return current == null ? refresh() : current;
  }

  /** Looks for newer versions. The result is null if there is no table. */
  @Override
  public @Nullable TableMetadata refresh() {
    try {
      int newest = newestVersion();
      if (newest == 0) {
        current = null;
        version = 0;
      } else if (newest != version || current == null) {
        // Another writer may not have made the name durable, and what is built on it must not be
        // more durable than it.
        storage.syncDirectory(metadataDirectory);
        current = MetadataSeal.read(storage, io, existingPath(newest));
        version = newest;
      }
      return current;
    } catch (NotDirectoryException e) {
      throw new NotATableException(directory + " is a file, not a directory", e);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot read the metadata of %s", directory);
    }
  }

  private int newestVersion() throws IOException {
    if (version == 0 || findPath(version) == null) {
      return newestListed();
    }
    int newest = version;
    while (findPath(newest + 1) != null) {
      newest++;
    }
    return newest;
  }

  private int newestListed() throws IOException {
    // Read first: whoever publishes a version while this lists the versions writes the hint later.
    int hinted = hintedVersion();
    int newest = 0;
    for (Storage.FileStatus file : storage.list(metadataDirectory)) {
      Matcher matcher = VERSION.matcher(StoragePaths.name(file.path()));
      if (matcher.matches()) {
        newest = Math.max(newest, Integer.parseInt(matcher.group(1)));
      }
    }
    if (hinted > newest) {
      throw new CorruptionException(
          metadataFileLocation(VERSION_HINT),
          -1,
          "the table has been at version "
              + hinted
              + ", but "
              + metadataFileLocation("v" + hinted + SUFFIXES.get(0))
              + " is missing and the newest version there is is "
              + newest
              + ". Restore the file, or go back to that version by 'firn repair'");
    }
    return newest;
  }

  /** The version in the hint; 0 if there is no hint, or one that says nothing. */
  private int hintedVersion() throws IOException {
    String path = metadataFileLocation(VERSION_HINT);
    if (!storage.exists(path)) {
      return 0;
    }
    try {
      String hint = new String(read(path), StandardCharsets.UTF_8);
      return HINT.matcher(hint.strip()).matches() ? Integer.parseInt(hint.strip()) : 0;
    } catch (NoSuchFileException none) {
      return 0;
    }
  }

  private @Nullable String findPath(int wanted) throws IOException {
    for (String suffix : SUFFIXES) {
      String path = metadataFileLocation("v" + wanted + suffix);
      if (storage.exists(path)) {
        return path;
      }
    }
    return null;
  }

  private String existingPath(int wanted) throws IOException {
    String path = findPath(wanted);
    if (path == null) {
      throw new NoSuchFileException(metadataFileLocation("v" + wanted + SUFFIXES.get(0)));
    }
    return path;
  }

  /**
   * Publishes {@code metadata} as the next version.
   *
   * @param base what the caller read last; null to create the table
   * @throws CommitFailedException if another commit came first; nothing has changed
   * @throws RuntimeIOException if storage failed and nothing has changed
   * @throws CommitStateUnknownException if storage failed and it cannot be told
   * @throws NotDurableException if the commit is visible but may be lost in a power cut
   */
  @Override
  public void commit(@Nullable TableMetadata base, TableMetadata metadata) {
    if (base != current) {
      throw new CommitFailedException("The metadata that the commit is based on is not current");
    }
    int next = version + 1;
    String temporary = metadataFileLocation(UUID.randomUUID() + ".metadata.json");
    String target = metadataFileLocation("v" + next + ".metadata.json");
    byte[] json =
        MetadataSeal.seal(TableMetadataParser.toJson(metadata), StoragePaths.name(target));
    try {
      storage.createDirectories(metadataDirectory);
      write(temporary, json);
      // The names of the manifests must not be less durable than the version that refers to them.
      storage.syncDirectory(metadataDirectory);
      if (findPath(next) != null) {
        throw new FileAlreadyExistsException(target);
      }
    } catch (FileAlreadyExistsException e) {
      discard(temporary);
      throw new CommitFailedException(e, "Version %s of %s exists already", next, directory);
    } catch (IOException e) {
      discard(temporary);
      throw new RuntimeIOException(e, "Cannot write version %s of %s", next, directory);
    }
    publish(temporary, target, json);
    refuseHole(base, next, target);
    try {
      storage.syncDirectory(metadataDirectory);
    } catch (IOException e) {
      throw new NotDurableException(target, e);
    }
    current =
        TableMetadata.buildFrom(metadata).discardChanges().withMetadataLocation(target).build();
    version = next;
    offerHint(next);
    deleteFormer(base, metadata);
  }

  /**
   * A committer that was stopped for long may find the name free because it was taken and has been
   * deleted since, with the base before it. What it has published then is not the newest version.
   */
  private void refuseHole(@Nullable TableMetadata base, int published, String target) {
    if (base == null) {
      return;
    }
    try {
      if (findPath(published - 1) == null && newestListed() > published) {
        storage.delete(target);
        throw new CommitFailedException("%s was taken and deleted long ago", target);
      }
    } catch (IOException e) {
      throw new CommitStateUnknownException(e);
    }
  }

  private void publish(String temporary, String target, byte[] json) {
    try {
      storage.publish(temporary, target);
    } catch (IOException e) {
      boolean published;
      try {
        published = storage.exists(target) && Arrays.equals(json, read(target));
      } catch (IOException unknown) {
        unknown.addSuppressed(e);
        throw new CommitStateUnknownException(unknown);
      }
      discard(temporary);
      if (!published && e instanceof FileAlreadyExistsException) {
        throw new CommitFailedException(e, "%s exists already", target);
      } else if (!published) {
        throw new RuntimeIOException(e, "Cannot publish %s", target);
      }
      LOG.warn("{} was published although storage reported a failure", target, e);
    }
  }

  private void write(String path, byte[] bytes) throws IOException {
    try (OutputFileHandle file = storage.create(path)) {
      file.write(bytes, 0, bytes.length);
      file.sync();
    }
  }

  private byte[] read(String path) throws IOException {
    try (InputFileHandle file = storage.open(path)) {
      byte[] bytes = new byte[Math.toIntExact(file.length())];
      file.readFully(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  private void discard(String temporary) {
    try {
      if (storage.exists(temporary)) {
        storage.delete(temporary);
      }
    } catch (IOException e) {
      LOG.warn("{} stays behind until orphans are swept", temporary, e);
    }
  }

  /** A hint that is old or lost costs other readers a listing, nothing else. */
  private void offerHint(int newest) {
    try {
      writeHint(newest);
    } catch (IOException e) {
      LOG.warn("Cannot write the version hint of {}", directory, e);
    }
  }

  void writeHint(int newest) throws IOException {
    String temporary = metadataFileLocation(UUID.randomUUID() + "-version-hint.temp");
    try {
      write(temporary, Integer.toString(newest).getBytes(StandardCharsets.UTF_8));
      storage.replace(temporary, metadataFileLocation(VERSION_HINT));
    } catch (IOException e) {
      discard(temporary);
      throw e;
    }
  }

  private void deleteFormer(@Nullable TableMetadata base, TableMetadata metadata) {
    if (base == null
        || !metadata.propertyAsBoolean(
            TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
            TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED_DEFAULT)) {
      return;
    }
    Set<String> kept = new HashSet<>();
    metadata.previousFiles().forEach(entry -> kept.add(entry.file()));
    for (TableMetadata.MetadataLogEntry former : base.previousFiles()) {
      if (!kept.contains(former.file()) && isVersion(former.file())) {
        discard(former.file());
      }
    }
  }

  /** The log of metadata files is data, and whoever wrote it may have named any file. */
  private boolean isVersion(String path) {
    String local = StoragePaths.withoutFileScheme(path);
    return local.startsWith("/")
        && StoragePaths.parent(local).equals(StoragePaths.withoutFileScheme(metadataDirectory))
        && VERSION.matcher(StoragePaths.name(local)).matches();
  }

  @Override
  public FileIO io() {
    return io;
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return StoragePaths.join(metadataDirectory, fileName);
  }

  @Override
  public LocationProvider locationProvider() {
    TableMetadata metadata = current();
    if (metadata == null) {
      throw new IllegalStateException("There is no table in " + directory);
    }
    return LocationProviders.locationsFor(metadata.location(), metadata.properties());
  }

  /** A version was published, but its name may not survive a power cut. */
  static final class NotDurableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotDurableException(String path, IOException cause) {
      super(path + " is visible but could not be made durable", cause);
    }
  }
}
