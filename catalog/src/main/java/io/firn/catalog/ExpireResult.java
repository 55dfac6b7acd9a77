package io.firn.catalog;

import java.util.ArrayList;
import java.util.List;

/**
 * What an expiry took out of the metadata. The files named here exist still: nothing retained names
 * them any more, and whoever asked may delete them once no reader needs them. All are inside the
 * table's directory.
 *
 * @param snapshots the ids of the expired snapshots
 * @param dataFiles data files
 * @param deleteFiles Puffin files of deletion vectors
 * @param metadataFiles manifests, manifest lists and statistics files
 * @param keptFiles files that nothing names any more but that the caller asked to keep, or that lie
 *     outside the table's directory
 */
public record ExpireResult(
    List<Long> snapshots,
    List<String> dataFiles,
    List<String> deleteFiles,
    List<String> metadataFiles,
    List<String> keptFiles) {

  /** Nothing was due. */
  static final ExpireResult NOTHING =
      new ExpireResult(List.of(), List.of(), List.of(), List.of(), List.of());

  public ExpireResult {
    snapshots = List.copyOf(snapshots);
    dataFiles = List.copyOf(dataFiles);
    deleteFiles = List.copyOf(deleteFiles);
    metadataFiles = List.copyOf(metadataFiles);
    keptFiles = List.copyOf(keptFiles);
  }

  /** Everything that may be deleted, data files first. */
  public List<String> files() {
    List<String> all = new ArrayList<>(dataFiles);
    all.addAll(deleteFiles);
    all.addAll(metadataFiles);
    return List.copyOf(all);
  }
}
