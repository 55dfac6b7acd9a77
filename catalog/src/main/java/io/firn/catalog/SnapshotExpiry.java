package io.firn.catalog;

import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots that a policy takes out of one metadata, and the files that then nothing needs.
 *
 * <p>The main branch keeps what the policy says, and the newest snapshot that carries a sequence
 * number. Tags and other branches end when their own {@code max-ref-age} has passed; until then a
 * tag keeps its snapshot, and a branch what its own settings, or else the policy, say. A snapshot
 * that nothing refers to is kept for its age only.
 */
final class SnapshotExpiry {
  private final TableMetadata metadata;
  private final ExpirePolicy policy;
  private final long nowMillis;
  private final Set<String> endedRefs = new HashSet<>();
  private final Set<Long> retained = new HashSet<>();
  private final List<Snapshot> expired = new ArrayList<>();

  SnapshotExpiry(TableMetadata metadata, ExpirePolicy policy, long nowMillis) {
    this.metadata = metadata;
    this.policy = policy;
    this.nowMillis = nowMillis;
    Set<Long> referenced = new HashSet<>();
    metadata.refs().forEach((name, ref) -> retain(name, ref, referenced));
    for (Snapshot snapshot : metadata.snapshots()) {
      boolean young =
          !referenced.contains(snapshot.snapshotId())
              && snapshot.timestampMillis() >= youngerThan(policy.maxAge().toMillis());
      if (!young && !retained.contains(snapshot.snapshotId())) {
        expired.add(snapshot);
      }
    }
  }

  private long youngerThan(long ageMillis) {
    return ageMillis >= nowMillis ? 0 : nowMillis - ageMillis;
  }

  private void retain(String name, SnapshotRef ref, Set<Long> referenced) {
    Snapshot head = metadata.snapshot(ref.snapshotId());
    boolean main = name.equals(SnapshotRef.MAIN_BRANCH);
    Long maxRefAge = ref.maxRefAgeMs();
    if (!main && maxRefAge != null && head.timestampMillis() < youngerThan(maxRefAge)) {
      endedRefs.add(name);
      return;
    }
    if (ref.isTag()) {
      referenced.add(head.snapshotId());
      retained.add(head.snapshotId());
      return;
    }
    Integer ownMin = ref.minSnapshotsToKeep();
    Long ownAge = ref.maxSnapshotAgeMs();
    int min = main || ownMin == null ? policy.retainLast() : ownMin;
    long age = main || ownAge == null ? policy.maxAge().toMillis() : ownAge;
    boolean sequenceKept = !main;
    int depth = 0;
    for (Snapshot at = head; at != null; at = parent(at)) {
      referenced.add(at.snapshotId());
      boolean keepsSequence = !sequenceKept && FlushedSequence.of(at).isPresent();
      sequenceKept |= keepsSequence;
      if (depth++ < min || keepsSequence || at.timestampMillis() >= youngerThan(age)) {
        retained.add(at.snapshotId());
      }
    }
  }

  private @Nullable Snapshot parent(Snapshot snapshot) {
    Long parent = snapshot.parentId();
    return parent == null ? null : metadata.snapshot(parent);
  }

  /** True if nothing is due. */
  boolean isEmpty() {
    return expired.isEmpty() && endedRefs.isEmpty();
  }

  /** What nothing needs once the snapshots are gone. */
  ExpireResult unneeded(ReachableFiles files, Set<String> keep) throws IOException {
    List<Snapshot> kept =
        metadata.snapshots().stream().filter(snapshot -> retained(snapshot.snapshotId())).toList();
    ReachableFiles.Reached before = files.of(expired);
    ReachableFiles.Reached after = files.of(kept);
    Map<String, ManifestFile> gone = before.manifests();
    gone.keySet().removeAll(after.manifests().keySet());
    Collection<ManifestFile> staying = after.manifests().values();
    Sorted sorted = new Sorted(metadata.location(), keep);
    List<String> dataFiles =
        sorted.deletable(live(files, gone.values(), staying, ManifestContent.DATA));
    List<String> deleteFiles =
        sorted.deletable(live(files, gone.values(), staying, ManifestContent.DELETES));
    Set<String> metadataFiles = new HashSet<>(gone.keySet());
    metadataFiles.addAll(before.lists());
    metadataFiles.addAll(before.statistics());
    metadataFiles.removeAll(after.lists());
    metadataFiles.removeAll(after.statistics());
    return new ExpireResult(
        expired.stream().map(Snapshot::snapshotId).toList(),
        dataFiles,
        deleteFiles,
        sorted.deletable(metadataFiles),
        sorted.kept);
  }

  private static Set<String> live(
      ReachableFiles files,
      Collection<ManifestFile> gone,
      Collection<ManifestFile> staying,
      ManifestContent content)
      throws IOException {
    Set<String> paths = files.live(gone, content);
    if (!paths.isEmpty()) {
      paths.removeAll(files.live(staying, content));
    }
    return paths;
  }

  private boolean retained(long snapshotId) {
    return expired.stream().noneMatch(snapshot -> snapshot.snapshotId() == snapshotId);
  }

  /**
   * True if the expiry can be applied to a later metadata: everything due is there still, and
   * whatever has come since descends from what is retained here.
   */
  boolean stillHolds(TableMetadata later) {
    for (Snapshot snapshot : expired) {
      if (later.snapshot(snapshot.snapshotId()) == null) {
        return false;
      }
    }
    Snapshot headThen = metadata.currentSnapshot();
    boolean descends = headThen == null;
    Snapshot at = later.currentSnapshot();
    while (!descends && at != null) {
      descends = at.snapshotId() == headThen.snapshotId();
      Long parent = at.parentId();
      at = parent == null ? null : later.snapshot(parent);
    }
    if (!descends) {
      return false;
    }
    for (Map.Entry<String, SnapshotRef> ref : later.refs().entrySet()) {
      if (!ref.getKey().equals(SnapshotRef.MAIN_BRANCH)
          && !ref.getValue().equals(metadata.refs().get(ref.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /** Takes the snapshots, and the refs that have ended, out of the metadata. */
  TableMetadata.Builder apply(TableMetadata.Builder builder) {
    endedRefs.forEach(builder::removeRef);
    return builder.removeSnapshots(expired);
  }

  /** True if none of the snapshots is left. */
  boolean isDoneIn(TableMetadata later) {
    return expired.stream().allMatch(snapshot -> later.snapshot(snapshot.snapshotId()) == null)
        && endedRefs.stream().noneMatch(later.refs()::containsKey);
  }

  /** Separates the paths that may be deleted from those that may not. */
  private static final class Sorted {
    private final String root;
    private final Set<String> keep;
    private final List<String> kept = new ArrayList<>();

    Sorted(String location, Set<String> keep) {
      this.root = StoragePaths.join(normalized(location), "");
      this.keep = keep;
    }

    List<String> deletable(Collection<String> paths) {
      List<String> deletable = new ArrayList<>();
      for (String path : paths.stream().sorted().toList()) {
        (keep.contains(path) || !isInside(path) ? kept : deletable).add(path);
      }
      return deletable;
    }

    /** Without the detours that a local path may take; in other places a name is only a name. */
    private static String normalized(String path) {
      return RemoteOperations.isLocal(path)
          ? Path.of(StoragePaths.withoutFileScheme(path)).normalize().toString()
          : path;
    }

    private boolean isInside(String path) {
      return normalized(path).startsWith(root);
    }
  }
}
