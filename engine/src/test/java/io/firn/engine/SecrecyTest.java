package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.TableLocation;
import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Values that nobody may read in a message: passwords, tokens and rows are in no exception, no text
 * of an object and no line of a log, whatever the level.
 */
class SecrecyTest {

  private static final String SECRET = "s3cret-Zq7-do-not-tell";
  private static final String END = "everything was told";

  @TempDir Path temporary;
  @RegisterExtension final Seeds seeds = new Seeds();

  /** In a process of its own, since a log's level is set once. */
  @Test
  void noSecretAndNoRowIsToldAtAnyLevel() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
                "-cp",
                System.getProperty("java.class.path"),
                SecrecyTest.class.getName(),
                temporary.toString(),
                Long.toString(seeds.seed()))
            .redirectErrorStream(true)
            .start();
    List<String> said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(process.waitFor()).as("%s", said).isZero();
    assertThat(said).last().isEqualTo(END);
    assertThat(said).anyMatch(line -> line.contains(" DEBUG io.firn."));
    assertThat(said).anyMatch(line -> line.contains(" DEBUG org.apache."));
    assertThat(said).anyMatch(line -> line.contains("Exception"));
    assertThat(said).filteredOn(line -> line.contains(SECRET)).isEmpty();
  }

  /** Does what may tell, and tells what was told. Arguments: an empty directory, a seed. */
  public static void main(String[] arguments) throws IOException {
    List<String> told = new ArrayList<>();
    Path root = Path.of(arguments[0]);
    catalogs(root, told);
    rows(root, new Random(Long.parseLong(arguments[1])), told);
    told.forEach(System.out::println);
    System.out.println(END);
    System.exit(0);
  }

  /** Catalogs that cannot be reached, with credentials in their properties. */
  private static void catalogs(Path root, List<String> told) {
    List<Map<String, String>> catalogs =
        List.of(
            Map.of(
                "type",
                "jdbc",
                "uri",
                "jdbc:sqlite:" + root.resolve("none/none.db"),
                "warehouse",
                root.toString(),
                "jdbc.user",
                "me",
                "jdbc.password",
                SECRET),
            Map.of("type", "rest", "uri", "http://127.0.0.1:1", "credential", "me:" + SECRET),
            Map.of("type", "rest", "uri", "http://127.0.0.1:1", "token", SECRET),
            Map.of("type", "nonsense", "password", SECRET),
            Map.of("catalog-impl", "no.such.Catalog", "password", SECRET));
    for (Map<String, String> properties : catalogs) {
      TableLocation location =
          TableLocation.ofCatalog("lake", properties, TableIdentifier.of("db", "t"));
      told.add(location.toString());
      tell(told, () -> FirnTable.builder().location(location).openReadOnly());
      tell(
          told,
          () ->
              TableVerifier.verify(
                  location, new LocalStorage(), TableVerifier.Depth.KEYS, (done, total) -> {}));
      tell(told, () -> new TableRepair(location, new LocalStorage(), root.toString()).plan());
    }
  }

  /** Rows that are refused, and rows in files that are damaged. */
  private static void rows(Path root, Random random, List<String> told) throws IOException {
    Path directory = root.resolve("secrets");
    try (FirnTable table = Rows.at(directory).option("compaction-workers", "0").open()) {
      for (int flush = 0; flush < 3; flush++) {
        for (long id = 0; id < 50; id++) {
          table.put(Rows.row(id, SECRET + flush, 1.0));
        }
        table.flush();
      }
      GenericRecord wrong = GenericRecord.create(Rows.SCHEMA);
      wrong.setField("id", 1L);
      wrong.set(2, SECRET);
      tell(told, () -> table.put(wrong));
      wrong.set(0, SECRET);
      tell(told, () -> table.put(wrong));
      tell(told, () -> table.get(SECRET));
      tell(told, () -> table.delete(SECRET));
      told.add(table.stats().toString());
      told.add(table.snapshots().toString());
    }
    List<Path> files = new ArrayList<>();
    try (var walk = Files.walk(directory)) {
      walk.filter(Files::isRegularFile).sorted().forEach(files::add);
    }
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      if (good.length > 0) {
        byte[] bad = good.clone();
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bad);
        tell(
            told,
            () -> {
              try (FirnTable table = Rows.at(directory).openReadOnly()) {
                told.add("rows " + Rows.all(table.scan()).size());
              }
            });
        tell(
            told,
            () ->
                told.add(
                    TableVerifier.verify(
                            TableLocation.ofPath(directory.toString()),
                            new LocalStorage(),
                            TableVerifier.Depth.EVERYTHING,
                            (done, total) -> {})
                        .toString()));
      }
      Files.write(file, good);
    }
  }

  /** Runs something that may fail, and keeps all that its exception says. */
  private static void tell(List<String> told, Runnable attempt) {
    try {
      attempt.run();
    } catch (RuntimeException e) {
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      told.add(text.toString());
    }
  }
}
