package io.firn.catalog;

import io.firn.error.CorruptionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;

/**
 * Reads manifest lists and the live entries of manifests: compared with the checksums of the
 * snapshots they were found by, and not again if the cache has them. What cannot be parsed is a
 * {@link CorruptionException} that names the file. Used by one thread.
 */
final class ManifestReads {

  private static final Set<String> PATH_ALONE = Set.of(DataFile.FILE_PATH.name());

  private final FileIO io;
  private final TableMetadata metadata;
  private final MetadataCache cache;

  /** Of the files of the snapshots looked at, by path. */
  private final Map<String, Integer> checksums = new HashMap<>();

  private final FileIO checked;

  ManifestReads(FileIO io, TableMetadata metadata, MetadataCache cache) {
    this.io = io;
    this.metadata = metadata;
    this.cache = cache;
    this.checked = new CheckedFiles(io, checksums);
  }

  /** The manifests of a snapshot. */
  List<ManifestFile> of(Snapshot snapshot) throws IOException {
    List<ManifestFile> manifests =
        cache.list(
            snapshot,
            FileChecksums.ofList(snapshot),
            () -> FileChecksums.checkedManifests(io, snapshot));
    checksums.putAll(FileChecksums.of(snapshot, manifests));
    return manifests;
  }

  /** The live data files of a manifest of data files. */
  List<DataFile> data(ManifestFile manifest) throws IOException {
    return entries(manifest, DataFile.class);
  }

  /** The live files of a manifest of deletes. */
  List<DeleteFile> deletes(ManifestFile manifest) throws IOException {
    return entries(manifest, DeleteFile.class);
  }

  private <F extends ContentFile<?>> List<F> entries(ManifestFile manifest, Class<F> type)
      throws IOException {
    List<F> entries = new ArrayList<>();
    for (ContentFile<?> entry :
        cache.entries(manifest, checksums.get(manifest.path()), () -> read(manifest))) {
      entries.add(type.cast(entry));
    }
    return entries;
  }

  private List<ContentFile<?>> read(ManifestFile manifest) throws IOException {
    List<ContentFile<?>> entries = new ArrayList<>();
    try (ManifestReader<? extends ContentFile<?>> reader = open(manifest)) {
      // The reader's iterator gives copies, which may be kept.
      reader.forEach(entries::add);
    } catch (RuntimeException e) {
      throw damage(manifest, e);
    }
    return List.copyOf(entries);
  }

  /** Tells the paths of the live files of a manifest, and keeps nothing of it. */
  void forEachPath(ManifestFile manifest, Consumer<String> path) throws IOException {
    List<? extends ContentFile<?>> known =
        cache.entriesIfPresent(manifest, checksums.get(manifest.path()));
    if (known != null) {
      known.forEach(entry -> path.accept(entry.location()));
      return;
    }
    try (ManifestReader<? extends ContentFile<?>> reader = open(manifest).select(PATH_ALONE)) {
      for (ContentFile<?> entry : reader) {
        path.accept(entry.location());
      }
    } catch (RuntimeException e) {
      throw damage(manifest, e);
    }
  }

  private ManifestReader<? extends ContentFile<?>> open(ManifestFile manifest) {
    return manifest.content() == ManifestContent.DATA
        ? ManifestFiles.read(manifest, checked, metadata.specsById())
        : ManifestFiles.readDeleteManifest(manifest, checked, metadata.specsById());
  }

  /** What an exception that a manifest's content led to means. */
  static RuntimeException damage(ManifestFile manifest, RuntimeException thrown) {
    return MetadataDamage.of(manifest.path(), "this is no manifest", thrown);
  }
}
