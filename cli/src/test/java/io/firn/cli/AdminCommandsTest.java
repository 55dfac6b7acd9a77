package io.firn.cli;

import static io.firn.cli.FirnProcess.firn;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firn.engine.FirnTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that show and steer a table, end to end. */
class AdminCommandsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private String table;

  /** Six overlapping flushes with updates and deletes, none of them compacted. */
  @BeforeEach
  void fill() {
    table = directory.resolve("table").toString();
    firn(
            "create",
            table,
            "--schema",
            "id:int!, text:string, price:decimal(9,2)",
            "--key",
            "id",
            "--conf",
            "compaction-workers=0",
            "--conf",
            "flush-interval-millis=3600000")
        .succeeds();
    try (FirnTable opened = FirnTable.open(table)) {
      for (int flush = 0; flush < 6; flush++) {
        write(opened, flush);
        opened.flush();
      }
    }
  }

  private static void write(FirnTable opened, int flush) {
    Record row = GenericRecord.create(opened.schema());
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      row.setField("id", i * 5 + flush % 3);
      row.setField("text", "flush " + flush);
      row.setField("price", new java.math.BigDecimal(i + ".25"));
      rows.add(row.copy());
    }
    opened.putAll(rows);
    opened.delete(flush * 5);
  }

  private JsonNode json(String... arguments) throws IOException {
    return JSON.readTree(firn(arguments).succeeds().out());
  }

  @Test
  void aLeaseIsTakenListedAndReadByItsTag() throws IOException {
    JsonNode taken = json("lease", table, "--take", "report", "--for", "2h", "--format", "json");
    assertThat(taken).hasSize(1);
    JsonNode snapshots = json("snapshots", table, "--format", "json");
    assertThat(taken.get(0).get("snapshot_id")).isEqualTo(snapshots.get(5).get("snapshot_id"));
    assertThat(json("lease", table, "--format", "json")).isEqualTo(taken);
    List<String> leased =
        firn("scan", table, "--as-of", "firn-lease-report", "--format", "jsonl").succeeds().lines();
    assertThat(leased)
        .isEqualTo(firn("scan", table, "--format", "jsonl").succeeds().lines())
        .isEqualTo(
            firn("scan", table, "--as-of", "2999-01-01T00:00:00Z", "--format", "jsonl")
                .succeeds()
                .lines());
    firn("scan", table, "--as-of", "1999-01-01T00:00:00Z").exits(1).saying("had no snapshot");
    assertThat(json("lease", table, "--release", "report", "--format", "json")).isEmpty();
  }

  private List<String> rows(String... which) {
    List<String> arguments = new ArrayList<>(List.of("scan", table, "--format", "jsonl"));
    arguments.addAll(List.of(which));
    return firn(arguments.toArray(new String[0])).succeeds().lines();
  }

  private List<String> snapshotIds() throws IOException {
    return json("snapshots", table, "--format", "json").findValuesAsText("snapshot_id");
  }

  @Test
  void earlierStatesAreReadBySnapshotTimeTagAndBranch() throws IOException {
    List<String> snapshots = snapshotIds();
    List<String> times = json("snapshots", table, "--format", "json").findValuesAsText("committed");
    new HadoopTables()
        .load(table)
        .manageSnapshots()
        .createTag("monthly", Long.parseLong(snapshots.get(2)))
        .createBranch("audit", Long.parseLong(snapshots.get(3)))
        .commit();
    Set<List<String>> states = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      List<String> state = rows("--snapshot", snapshots.get(i));
      assertThat(rows("--as-of", times.get(i)))
          .as("the state at %s", times.get(i))
          .isEqualTo(state);
      states.add(state);
    }
    assertThat(states).as("different states").hasSize(6);
    assertThat(rows("--as-of", "monthly")).isEqualTo(rows("--snapshot", snapshots.get(2)));
    assertThat(rows("--as-of", "audit")).isEqualTo(rows("--snapshot", snapshots.get(3)));
    assertThat(rows("--as-of", "main")).isEqualTo(rows());
    assertThat(json("snapshots", table, "--format", "json").findValuesAsText("refs"))
        .containsExactly("", "", "monthly", "audit", "", "main");
    firn("scan", table, "--as-of", "yearly").exits(1).saying("no tag or branch named yearly");
  }

  @Test
  void expiryLeavesWhatALeaseATagAndABranchName() throws IOException {
    firn("lease", table, "--take", "report", "--for", "2h").succeeds();
    try (FirnTable opened = FirnTable.open(table)) {
      for (int flush = 6; flush < 9; flush++) {
        write(opened, flush);
        opened.flush();
      }
    }
    List<String> snapshots = snapshotIds();
    new HadoopTables()
        .load(table)
        .manageSnapshots()
        .createTag("monthly", Long.parseLong(snapshots.get(1)))
        .createBranch("audit", Long.parseLong(snapshots.get(3)))
        .setMinSnapshotsToKeep("audit", 1)
        .setMaxSnapshotAgeMs("audit", 1)
        .commit();
    String[] expire = {
      "expire", table, "--retain-last", "1", "--older-than", "0s", "--format", "json"
    };
    List<String> kept =
        List.of(snapshots.get(1), snapshots.get(3), snapshots.get(5), snapshots.get(8));
    List<String> goes = new ArrayList<>(snapshots);
    goes.removeAll(kept);
    assertThat(json(expire).findValuesAsText("snapshot_id")).as("the preview").isEqualTo(goes);
    String[] really = Arrays.copyOf(expire, expire.length + 1);
    really[expire.length] = "--yes";
    assertThat(json(really).findValuesAsText("snapshot_id")).isEqualTo(goes);
    assertThat(snapshotIds()).isEqualTo(kept);
    for (String snapshot : kept) {
      assertThat(rows("--snapshot", snapshot)).isNotEmpty();
    }
    firn("verify", table, "--deep").succeeds();
  }

  @Test
  void levelsAreDrawn() throws IOException {
    List<String> picture = firn("levels", table).succeeds().lines();
    assertThat(picture.get(0)).startsWith(table + ": 6 files").contains("masked");
    assertThat(picture.get(1)).matches("keys \\d+  to  997");
    assertThat(picture).anyMatch(line -> line.startsWith("L0  6 files"));
    assertThat(picture).filteredOn(line -> line.startsWith("    |")).hasSize(6);

    JsonNode levels = json("levels", table, "--format", "json");
    assertThat(levels.get(0).get("files").asInt()).isEqualTo(6);
    assertThat(levels.get(0).get("masked_rows").asInt()).isPositive();
  }

  @Test
  void filesSnapshotsStatsAndConfigTellTheSameStory() throws IOException {
    JsonNode files = json("files", table, "--format", "json");
    assertThat(files).hasSize(6);
    long rows = 0;
    for (JsonNode file : files) {
      rows += file.get("rows").asLong() - file.get("masked_rows").asLong();
      assertThat(Path.of(file.get("path").asText())).exists();
    }
    JsonNode stats = json("stats", table, "--format", "json");
    assertThat(stats.get("live_rows").asLong()).isEqualTo(rows);
    assertThat(stats.get("live_files").asInt()).isEqualTo(6);

    JsonNode snapshots = json("snapshots", table, "--format", "json");
    assertThat(snapshots).hasSize(6);
    assertThat(snapshots.get(5).get("snapshot_id")).isEqualTo(stats.get("snapshot_id"));
    assertThat(snapshots.get(0).get("job").asText()).isEqualTo("flush");
    assertThat(snapshots.get(0).get("rows_added").asInt()).isEqualTo(199);

    JsonNode config = json("config", table, "--format", "json");
    assertThat(config)
        .anySatisfy(
            entry -> {
              assertThat(entry.get("name").asText()).isEqualTo("compaction-workers");
              assertThat(entry.get("kind").asText()).isEqualTo("option");
              assertThat(entry.get("value").asText()).isEqualTo("0");
            })
        .anySatisfy(
            entry ->
                assertThat(entry.get("value").asText())
                    .isEqualTo("id:int!, text:string, price:decimal(9,2)"));
    for (String command : new String[] {"files", "snapshots", "stats", "config"}) {
      assertThat(firn(command, table).succeeds().lines()).hasSizeGreaterThan(5);
    }
  }

  @Test
  void aFullCompactionLeavesOneRunAndTheSameRows() {
    String before = firn("scan", table, "--format", "csv").succeeds().out();
    assertThat(firn("compact", table, "--full", "--plan").succeeds().out())
        .contains("to level")
        .contains("full");

    firn("compact", table, "--full")
        .succeeds()
        .saying("No process has the table open for writing; compacting here");

    assertThat(firn("levels", table).succeeds().out()).contains(", 0 masked (0.0 %)");
    assertThat(firn("scan", table, "--format", "csv").succeeds().out()).isEqualTo(before);
    firn("verify", table, "--deep").succeeds();
    firn("compact", table, "--full", "--purge-deletes").exits(2);
    assertThat(firn("compact", table, "--full").succeeds().lines())
        .containsExactly("There was nothing to do");
    firn("compact", table, "--full", "--plan").succeeds().saying("There is nothing to do");
  }

  @Test
  void purgingDeletesLeavesNoDeletionVector() throws IOException {
    String before = firn("scan", table, "--format", "csv").succeeds().out();
    firn("compact", table, "--purge-deletes").succeeds();
    for (JsonNode file : json("files", table, "--format", "json")) {
      assertThat(file.get("masked_rows").asInt()).isZero();
    }
    assertThat(firn("scan", table, "--format", "csv").succeeds().out()).isEqualTo(before);
  }

  @Test
  void aCompactionBesideAWriterIsDoneByTheWriter() {
    try (FirnTable live = FirnTable.open(table)) {
      assertThat(
              firn("compact", table, "--full")
                  .succeeds()
                  .saying("Asking the process that writes the table")
                  .out())
          .startsWith("2 jobs: 6 files (");
      assertThat(live.files()).hasSize(1);
      firn("stats", table).succeeds().saying("Figures of the writer");
      firn("verify", table).succeeds();
    }
  }

  @Test
  void aDetachedCompactionIsDoneHereBesideAWriter() {
    try (FirnTable live = FirnTable.open(table)) {
      assertThat(firn("compact", table, "--full", "--detached").succeeds().out())
          .startsWith("2 jobs: 6 files (");
      live.refresh();
      assertThat(live.files()).hasSize(1);
      firn("verify", table).succeeds();
    }
  }

  @Test
  void aSoundTableVerifies() throws IOException {
    firn("verify", table).succeeds().saying("the table is sound");
    JsonNode report = json("verify", table, "--deep", "--format", "json");
    assertThat(report.get("findings")).isEmpty();
    assertThat(report.get("data_files").asInt()).isEqualTo(6);
  }

  @Test
  void aDamagedPageIsFound() throws IOException {
    Path file = largest();
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 40; i < 60; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(file, bytes);
    assertThat(firn("verify", table, "--deep").exits(3).out())
        .contains(file.getFileName().toString());
  }

  @Test
  void aMissingFileIsFound() throws IOException {
    Path file = largest();
    Files.delete(file);
    assertThat(firn("verify", table, "--format", "json").exits(3).out())
        .contains(file.getFileName().toString());
  }

  @Test
  void damageThatKeepsTheTableFromBeingOpenedIsFoundToo() throws IOException {
    for (String kind :
        List.of(
            ".metadata.json", "version-hint.text", "snap-", "-m0.avro", ".puffin", ".parquet")) {
      Path file = newest(kind);
      byte[] good = Files.readAllBytes(file);
      byte[] bad = good.clone();
      bad[bad.length / 2] ^= 1 << 6;
      Files.write(file, bad);
      assertThat(firn("verify", table, "--deep").exits(3).out())
          .as(kind)
          .contains(file.getFileName().toString());
      Files.write(file, good);
    }
    firn("verify", table, "--deep").succeeds();
  }

  @Test
  void aRepairIsShownFirstAndDoneWhenItIsMeant() throws IOException {
    firn("repair", table).succeeds().saying("There is nothing to repair");
    String before = firn("scan", table, "--format", "csv").succeeds().out();
    Files.delete(newest("version-hint.text"));
    assertThat(firn("repair", table).exits(3).saying("say --yes to do this").out())
        .contains("restores")
        .contains("version-hint.text: is missing");
    firn("verify", table).exits(3);
    assertThat(json3("repair", table, "--format", "json").get("lost").asText()).isEqualTo("0");

    firn("repair", table, "--yes").succeeds().saying("Repaired in 1 step; nothing is lost");

    firn("verify", table, "--deep").succeeds();
    assertThat(firn("scan", table, "--format", "csv").succeeds().out()).isEqualTo(before);
  }

  @Test
  void rowsAreGivenUpOnlyIfTheirNumberIsNamed() throws IOException {
    Path file = newest(".parquet");
    Files.delete(file);
    String lost = json3("repair", table, "--format", "json").get("lost").asText();
    assertThat(Long.parseLong(lost)).isPositive();
    firn("repair", table, "--yes").exits(2).saying("nothing was changed");
    firn("repair", table, "--lose", "some").exits(2).saying("not a number: some");
    firn("repair", table, "--yes", "--lose", lost).succeeds().saying("lost: " + lost);
    firn("verify", table, "--deep").succeeds();
  }

  @Test
  void nothingIsRepairedBesideAWriter() throws IOException {
    try (FirnTable live = FirnTable.open(table)) {
      firn("repair", table).exits(4).saying("open for writing");
      firn("repair", table, "--yes").exits(4).saying("open for writing");
      assertThat(live.files()).isNotEmpty();
    }
    firn("repair", directory.resolve("none").toString()).exits(1).saying("no table");
  }

  private static JsonNode json3(String... arguments) throws IOException {
    return JSON.readTree(firn(arguments).exits(3).out());
  }

  /** The file of a kind that was written last. */
  private Path newest(String kind) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(table))) {
      return files
          .filter(path -> path.getFileName().toString().contains(kind))
          .max(
              Comparator.comparing((Path path) -> path.toFile().lastModified())
                  // Versions may be made in one tick of the file system's clock.
                  .thenComparing(path -> path.getFileName().toString().length())
                  .thenComparing(path -> path.getFileName().toString()))
          .orElseThrow();
    }
  }

  private Path largest() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(table, "data"))) {
      return files
          .filter(path -> path.toString().endsWith(".parquet"))
          .max(Comparator.comparing(path -> path.toFile().length()))
          .orElseThrow();
    }
  }

  @Test
  void snapshotsExpireOnlyWhenItIsMeant() throws IOException {
    firn("expire", table, "--retain-last", "2", "--older-than", "0s")
        .succeeds()
        .saying("Nothing was changed");
    assertThat(json("snapshots", table, "--format", "json")).hasSize(6);

    assertThat(
            firn(
                    "expire",
                    table,
                    "--retain-last",
                    "2",
                    "--older-than",
                    "0s",
                    "--yes",
                    "--format",
                    "json")
                .succeeds()
                .out())
        .contains("snapshot_id");
    assertThat(json("snapshots", table, "--format", "json")).hasSize(2);
    firn("verify", table, "--deep").succeeds();
    firn("expire", table, "--older-than", "soon").exits(2);
    firn("expire", table).succeeds().saying("No snapshot is old enough to expire");
  }

  @Test
  void helpNamesEveryCommandAndTheExitCodes() {
    assertThat(firn("--help").succeeds().out())
        .contains(
            "create",
            "load",
            "put",
            "delete",
            "get",
            "scan",
            "compact",
            "levels",
            "files",
            "snapshots",
            "stats",
            "verify",
            "repair",
            "expire",
            "config",
            "demo",
            "Exit codes:");
    assertThat(firn("scan", "--help").succeeds().out()).contains("--where", "--reverse");
    assertThat(firn("--version").succeeds().out()).matches("firn \\d+\\.\\d+.*\\R");
    firn().exits(2).saying("Missing command");
    firn("frob", table).exits(2).saying("Unknown command 'frob'");
    firn("files", table, "more").exits(2).saying("more");
  }

  @Test
  void createMakesATableOfTheFormatVersionAskedFor() throws IOException {
    String older = directory.resolve("older").toString();
    firn("create", older, "--schema", "id:int!", "--key", "id", "--format-version", "2").succeeds();
    String metadata = Files.readString(Path.of(older, "metadata", "v1.metadata.json"));
    assertThat(JSON.readTree(metadata).get("format-version").intValue()).isEqualTo(2);
    firn("create", older + "4", "--schema", "id:int!", "--key", "id", "--format-version", "4")
        .exits(1);
  }
}
