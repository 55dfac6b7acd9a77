package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.engine.TableVerifier.Depth;
import io.firn.storage.LocalStorage;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.PathPattern;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How often an operation opens manifests and manifest lists, which never change. */
class ManifestReadsTest {

  private static final int SNAPSHOTS = 30;
  private static final PathPattern MANIFESTS = PathPattern.glob("**/metadata/*-m*.avro");
  private static final PathPattern LISTS = PathPattern.glob("**/metadata/snap-*.avro");

  @TempDir Path directory;

  private final CountingStorage counts = new CountingStorage(new LocalStorage());

  @BeforeEach
  void makeSnapshots() {
    try (FirnTable table = open()) {
      for (long id = 0; id < SNAPSHOTS; id++) {
        table.put(Rows.row(id));
        table.put(Rows.row(id / 2));
        table.flush();
      }
      assertThat(table.snapshots()).hasSizeGreaterThanOrEqualTo(SNAPSHOTS);
    }
    counts.reset();
  }

  private FirnTable open() {
    return Rows.at(directory)
        .storage(counts)
        .option("flush-interval-millis", "1d")
        .option("refresh-interval-millis", "0")
        .option("compaction-workers", "0")
        .option("snapshots-retained-min", "1000")
        .open();
  }

  private long opened(PathPattern files) {
    return counts.calls(StorageOperation.OPEN, files);
  }

  private long present(PathPattern pattern) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("metadata"))) {
      return files.filter(file -> pattern.matches(file.toString())).count();
    }
  }

  private static TableStore store(Path directory, CountingStorage storage) {
    return TableStore.open(TableLocation.ofPath(directory.toString()), storage);
  }

  /** How many manifests the current snapshot has. */
  private long current() {
    try (TableStore store = store(directory, counts)) {
      Table table = store.table();
      return table.currentSnapshot().allManifests(table.io()).size();
    }
  }

  @ParameterizedTest
  @EnumSource(Depth.class)
  void aVerificationReadsEachOfThemOnceAndIcebergsPlanTheCurrentOnesAgain(Depth depth)
      throws IOException {
    long manifests = present(MANIFESTS) + current();
    long lists = present(LISTS) + 2;
    counts.reset();
    VerifyReport report =
        TableVerifier.verify(
            TableLocation.ofPath(directory.toString()), counts, depth, (done, total) -> {});
    assertThat(report.findings()).isEmpty();
    assertThat(opened(MANIFESTS)).isLessThanOrEqualTo(manifests);
    assertThat(opened(LISTS)).isLessThanOrEqualTo(lists);
  }

  @Test
  void anOpenReadsThoseOfTheCurrentSnapshot() {
    long current = current();
    counts.reset();
    open().close();
    assertThat(opened(MANIFESTS)).isLessThanOrEqualTo(current);
    assertThat(opened(LISTS)).isEqualTo(1);
  }

  @Test
  void aSearchForLeftoversReadsThemOnlyForFilesThatTheCurrentVersionDoesNotExplain() {
    try (TableStore store = store(directory, counts)) {
      counts.reset();
      assertThat(store.leftovers(path -> path.endsWith(".parquet"), Set.of(), () -> false))
          .isEmpty();
      assertThat(opened(MANIFESTS)).isZero();
      assertThat(opened(LISTS)).isZero();
      assertThat(store.leftovers(path -> path.endsWith(".puffin"), Set.of(), () -> false))
          .isEmpty();
      assertThat(opened(MANIFESTS)).isPositive();
    }
  }
}
