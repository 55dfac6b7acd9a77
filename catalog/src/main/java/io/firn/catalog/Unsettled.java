package io.firn.catalog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.StructLike;

/**
 * What other engines have left in a version and no commit of Firn's has answered yet: files that
 * may repeat keys, and deletes that are no deletion vectors. Whoever reads the version as one row
 * per key finds the rows to leave out; a commit that masks them settles the version.
 *
 * @param files paths of the files that may hold a key which another file, or the same one, holds
 *     too; every other two files of the version have no live key in common
 * @param deletes the entries of equality deletes by key, and of position deletes in Parquet files
 */
public record Unsettled(Set<String> files, List<DeleteFile> deletes) {

  /** Nothing is left: one live row per key, and no deletes but deletion vectors. */
  public static final Unsettled NOTHING = new Unsettled(Set.of(), List.of());

  public Unsettled {
    files = Collections.unmodifiableSet(new LinkedHashSet<>(files));
    deletes = List.copyOf(deletes);
  }

  /** True if there is nothing to settle. */
  public boolean isEmpty() {
    return files.isEmpty() && deletes.isEmpty();
  }

  /** True if rows are deleted by their position in another way than by a deletion vector. */
  public boolean hasPositionDeletes() {
    return deletes.stream().anyMatch(file -> file.content() == FileContent.POSITION_DELETES);
  }

  /** The deletes that concern rows of a file, by Iceberg's rules. */
  public List<DeleteFile> deletesOf(LiveFile file) {
    List<DeleteFile> applying = new ArrayList<>();
    for (DeleteFile delete : deletes) {
      Long sequence = delete.dataSequenceNumber();
      if (sequence == null || !sharesPartition(delete, file.dataFile())) {
        continue;
      }
      boolean applies =
          delete.content() == FileContent.EQUALITY_DELETES
              ? file.dataSequenceNumber() < sequence
              : file.dataSequenceNumber() <= sequence
                  && !hasVector(file)
                  && (delete.referencedDataFile() == null
                      || file.path().equals(delete.referencedDataFile()));
      if (applies) {
        applying.add(delete);
      }
    }
    return applying;
  }

  /** A deletion vector stands for all position deletes; a file of ours only adds to others'. */
  private static boolean hasVector(LiveFile file) {
    DeleteFile deletes = file.dvFile();
    return deletes != null && deletes.format() == FileFormat.PUFFIN;
  }

  private static boolean sharesPartition(DeleteFile delete, DataFile file) {
    StructLike deletes = delete.partition();
    if (deletes.size() == 0) {
      return true;
    }
    StructLike rows = file.partition();
    boolean same = delete.specId() == file.specId();
    for (int i = 0; same && i < deletes.size(); i++) {
      same = Objects.equals(deletes.get(i, Object.class), rows.get(i, Object.class));
    }
    return same;
  }

  /** This after files were replaced by others with the same rows. */
  Unsettled replace(Set<String> removed, Set<String> added) {
    Set<String> left = new LinkedHashSet<>(files);
    if (left.removeAll(removed)) {
      left.addAll(added);
    }
    return new Unsettled(left, deletes);
  }

  /** DeleteFile has no equality of its own. */
  boolean isSameAs(Unsettled other) {
    return files.equals(other.files) && locations(deletes).equals(locations(other.deletes));
  }

  private static List<String> locations(List<DeleteFile> deletes) {
    return deletes.stream().map(DeleteFile::location).toList();
  }
}
