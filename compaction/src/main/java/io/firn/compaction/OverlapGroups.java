package io.firn.compaction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Files grouped so that no file of one group overlaps a file of another. */
final class OverlapGroups {

  private OverlapGroups() {}

  /** The smallest such groups, by key; within a group oldest first. */
  static List<List<CompactionFile>> of(Collection<CompactionFile> files) {
    List<CompactionFile> byKey = new ArrayList<>(files);
    byKey.sort(
        Comparator.comparing((CompactionFile file) -> file.range().first(), Arrays::compareUnsigned)
            .thenComparing(CompactionFile::path));
    List<List<CompactionFile>> groups = new ArrayList<>();
    KeyRange hull = KeyRange.EMPTY;
    for (CompactionFile file : byKey) {
      if (groups.isEmpty() || !hull.overlaps(file.range())) {
        groups.add(new ArrayList<>());
        hull = KeyRange.EMPTY;
      }
      groups.get(groups.size() - 1).add(file);
      hull = hull.hull(file.range());
    }
    for (List<CompactionFile> group : groups) {
      group.sort(
          Comparator.comparingLong(CompactionFile::dataSequenceNumber)
              .thenComparing(CompactionFile::path));
    }
    return groups;
  }
}
