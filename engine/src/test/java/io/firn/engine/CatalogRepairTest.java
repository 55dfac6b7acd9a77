package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.TableLocation;
import io.firn.engine.TableVerifier.Depth;
import io.firn.error.InvalidArgumentException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.CatalogDatabase;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.RestCatalogServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What {@link TableRepairTest} proves of tables in directories holds for tables in catalogs: the
 * metadata that a repair commits goes the catalog's way.
 */
class CatalogRepairTest {

  private static final int FLUSHES = 3;
  private static final int KEYS = 20;
  private static final TableIdentifier TABLE = TableIdentifier.of("db", "table");

  /** Where the table is kept. */
  enum Kind {
    JDBC,
    REST
  }

  private interface Repaired {
    void by(TableLocation location) throws IOException;
  }

  @TempDir Path temporary;
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  private void in(Kind kind, Repaired test) throws Exception {
    Map<String, String> jdbc = CatalogDatabase.properties(temporary);
    if (kind == Kind.JDBC) {
      test.by(TableLocation.ofCatalog("lake", jdbc, TABLE));
      return;
    }
    Catalog kept = CatalogUtil.buildIcebergCatalog("lake", jdbc, null);
    try (AutoCloseable closed = (AutoCloseable) kept;
        RestCatalogServer server = RestCatalogServer.start(kept)) {
      assertThat(closed).isNotNull();
      test.by(
          TableLocation.ofCatalog(
              "lake",
              Map.of(
                  "type",
                  "rest",
                  "uri",
                  server.uri(),
                  "warehouse",
                  temporary.resolve("warehouse").toString()),
              TABLE));
    }
  }

  private static FirnTable open(TableLocation location) {
    return FirnTable.builder()
        .location(location)
        .schema(Rows.SCHEMA)
        .key("id")
        .option("compaction-workers", "0")
        .open();
  }

  /** Flushes of keys of their own; the files in the order of the flushes. */
  private static List<Path> fill(TableLocation location) {
    try (FirnTable table = open(location)) {
      for (long flush = 0; flush < FLUSHES; flush++) {
        for (long key = 0; key < KEYS; key++) {
          table.put(Rows.row(flush * KEYS + key));
        }
        table.flush();
      }
      return table.files().stream()
          .sorted(Comparator.comparingLong(FileInfo::dataSequenceNumber))
          .map(file -> Path.of(file.path()))
          .toList();
    }
  }

  /** Rows of the flushes from one up to another. */
  private static List<Record> rows(int from, int to) {
    List<Record> rows = new ArrayList<>();
    for (long key = (long) from * KEYS; key < (long) to * KEYS; key++) {
      rows.add(Rows.row(key));
    }
    return rows;
  }

  private static void assertRepaired(TableLocation location, List<Record> expected, long lost) {
    LocalStorage storage = new LocalStorage();
    assertThat(verify(location, storage).sound()).isFalse();
    TableRepair repair = new TableRepair(location, storage, null);
    assertThat(repair.plan().lost()).isEqualTo(lost);
    assertThatThrownBy(() -> repair.run(lost + 1)).isInstanceOf(InvalidArgumentException.class);
    assertThat(repair.run(lost).lost()).isEqualTo(lost);
    assertThat(repair.plan().steps()).isEmpty();
    assertThat(verify(location, storage).findings()).isEmpty();
    try (FirnTable table = open(location)) {
      assertThat(Rows.all(table.scan())).isEqualTo(expected);
      table.put(Rows.row(1_000_000));
      table.flush();
      assertThat(table.get(1_000_000L)).contains(Rows.row(1_000_000));
    }
  }

  private static VerifyReport verify(TableLocation location, LocalStorage storage) {
    return TableVerifier.verify(location, storage, Depth.EVERYTHING, (done, total) -> {});
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1 << 4;
    Files.write(file, bytes);
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedEndOfADataFileIsRebuilt(Kind kind) throws Exception {
    in(
        kind,
        location -> {
          Path file = fill(location).get(1);
          flip(file, (int) Files.size(file) - 1);
          assertRepaired(location, rows(0, FLUSHES), 0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aMissingDataFileIsGivenUpWithItsRows(Kind kind) throws Exception {
    in(
        kind,
        location -> {
          Files.delete(fill(location).get(0));
          assertRepaired(location, rows(1, FLUSHES), KEYS);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedManifestListGoesBackToTheSnapshotBefore(Kind kind) throws Exception {
    in(
        kind,
        location -> {
          Path metadata = fill(location).get(0).getParent().resolveSibling("metadata");
          long newest;
          try (FirnTable table = FirnTable.builder().location(location).openReadOnly()) {
            newest = table.snapshots().get(table.snapshots().size() - 1).snapshotId();
          }
          try (var files = Files.list(metadata)) {
            Path list =
                files
                    .filter(file -> file.getFileName().toString().startsWith("snap-" + newest))
                    .findFirst()
                    .orElseThrow();
            flip(list, 100);
          }
          assertRepaired(location, rows(0, FLUSHES - 1), KEYS);
        });
  }
}
