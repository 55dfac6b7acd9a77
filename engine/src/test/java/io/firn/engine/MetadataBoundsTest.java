package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.hadoop.HadoopTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Constant upserts, each flushed: expiry, the merging of manifests and compaction keep the metadata
 * as small at the end as it was early on. {@code -Dfirn.commits=10000} is the long form.
 */
class MetadataBoundsTest {

  private static final int COMMITS = Integer.getInteger("firn.commits", 120);

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  /** What the metadata takes at one moment. */
  private record Size(int snapshots, int manifests, int files, long jsonBytes, long bytes) {}

  @Test
  @Timeout(3600)
  void metadataIsNoLargerAfterManyCommitsThanAfterFew() throws IOException {
    Random random = seeds.random();
    List<Size> sizes = new ArrayList<>();
    try (FirnTable table =
        Rows.at(directory)
            .option("flush-interval-millis", "1h")
            .option("snapshot-age-millis-max", "1ms")
            .option("snapshots-retained-min", "20")
            .option("sweep-grace-millis", "0")
            .option("durability", "none")
            .open()) {
      for (int commit = 1; commit <= COMMITS; commit++) {
        for (int i = 0; i < 5; i++) {
          table.put(Rows.row(random.nextInt(2_000), "commit " + commit, 0.5));
        }
        table.flush();
        if (commit % (COMMITS / 3) == 0) {
          table.sweep();
          sizes.add(size());
          System.out.printf("After %d commits: %s%n", commit, sizes.get(sizes.size() - 1));
        }
      }
    }
    // Counted where the policy ends, so that a leak of one thing a commit cannot hide.
    assertThat(sizes)
        .allSatisfy(
            size -> {
              assertThat(size.snapshots()).isBetween(1, 60);
              assertThat(size.manifests()).isLessThan(60);
              assertThat(size.files()).isLessThan(400);
              assertThat(size.jsonBytes()).isLessThan(120_000);
              assertThat(size.bytes()).isLessThan(6_000_000);
            });
  }

  private Size size() throws IOException {
    Table iceberg = new HadoopTables().load(directory.toString());
    List<ManifestFile> manifests = iceberg.currentSnapshot().allManifests(iceberg.io());
    List<Storage.FileStatus> files = new LocalStorage().list(directory + "/metadata");
    int snapshots = 0;
    for (var ignored : iceberg.snapshots()) {
      snapshots++;
    }
    return new Size(
        snapshots,
        manifests.size(),
        files.size(),
        files.stream()
            .filter(file -> file.path().endsWith(".metadata.json"))
            .mapToLong(Storage.FileStatus::length)
            .max()
            .orElseThrow(),
        files.stream().mapToLong(Storage.FileStatus::length).sum());
  }
}
