package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.TableLocation;
import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.hadoop.HadoopTables;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Names that want to lead out of the table, and values that nobody may read in a message: whatever
 * happens, no byte outside of the table's directory changes, and no secret is told.
 */
class HostileTableTest {

  private static final String SECRET = "s3cret-Zq7-do-not-tell";

  private static final List<String> PIECES =
      List.of(
          "..",
          "../..",
          ".",
          "/",
          "//",
          "\\",
          "..\\..",
          "~",
          "%2e%2e",
          "%00",
          "\u0000",
          "\n",
          "\r",
          "\u202e",
          " ",
          "",
          "a",
          "_firn",
          "LOCK",
          "data",
          "metadata",
          "CON",
          "a:b",
          "file:",
          "file:///",
          "$HOME",
          "`id`",
          ";",
          "|",
          "*",
          "?",
          "\"",
          "'",
          "\u00e9",
          "\ud83d\ude00",
          "x".repeat(300));

  @TempDir Path temporary;
  @RegisterExtension final Seeds seeds = new Seeds();

  private Path root;
  private Path outside;

  @BeforeEach
  void create() throws IOException {
    root = Files.createDirectory(temporary.resolve("root"));
    outside = Files.createDirectory(temporary.resolve("outside"));
    Files.writeString(outside.resolve("L0-1-1-00000000.parquet"), "not of the table");
    Files.writeString(temporary.resolve("v1.metadata.json"), "not of the table");
  }

  private String name(Random random) {
    StringBuilder name = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      name.append(PIECES.get(random.nextInt(PIECES.size())));
      if (random.nextBoolean()) {
        name.append('/');
      }
    }
    return name.toString();
  }

  /** Everything in the temporary directory but the tables' root. */
  private Map<String, String> outsideOfRoot() throws IOException {
    Map<String, String> found = new TreeMap<>();
    Files.walkFileTree(
        temporary,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            found.put(path.toString(), "directory");
            return path.equals(root) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            found.put(path.toString(), Files.readString(path, StandardCharsets.ISO_8859_1));
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  private FirnTable.Builder inCatalog(TableIdentifier identifier) {
    return FirnTable.builder()
        .catalog(
            "lake",
            Map.of(
                "type",
                "jdbc",
                "uri",
                "jdbc:sqlite:" + root.resolve("catalog.db"),
                "warehouse",
                root.resolve("warehouse").toString()),
            identifier);
  }

  @Test
  void aNameThatLeadsOutOfTheWarehouseIsRefused() throws IOException {
    Map<String, String> before = outsideOfRoot();
    for (TableIdentifier identifier :
        List.of(
            TableIdentifier.of("../..", "t"),
            TableIdentifier.of("db", "../../t"),
            TableIdentifier.of("..", ".."),
            TableIdentifier.of(Namespace.of("..", "..", "outside"), "t"),
            TableIdentifier.of("a/../../..", "t"))) {
      assertThatThrownBy(() -> inCatalog(identifier).schema(Rows.SCHEMA).key("id").create().close())
          .as("%s", identifier)
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("name");
      assertThat(outsideOfRoot()).as("%s", identifier).isEqualTo(before);
    }
  }

  @Test
  void aHundredHostileTableNamesOfACatalogChangeNothingOutsideOfItsWarehouse() throws IOException {
    Map<String, String> before = outsideOfRoot();
    Random random = seeds.random();
    int created = 0;
    for (int i = 0; i < 100; i++) {
      String name = name(random) + i;
      String namespace = name(random).replace("\u0000", "") + "n";
      created += tries(() -> inCatalog(TableIdentifier.of(namespace, name)));
      assertThat(outsideOfRoot()).as("table %s in %s", name, namespace).isEqualTo(before);
    }
    assertThat(created).isPositive();
  }

  /** Creates, writes, compacts and sweeps; 1 if it could be done. */
  private static int tries(Supplier<FirnTable.Builder> builder) {
    try (FirnTable table =
        builder
            .get()
            .schema(Rows.SCHEMA)
            .key("id")
            .option("snapshots-retained-min", "1")
            .option("snapshot-age-millis-max", "0")
            .option("sweep-grace-millis", "0")
            .open()) {
      table.put(Rows.row(1));
      table.flush();
      table.compact(CompactionKind.FULL);
      int swept = table.sweep();
      return swept >= 0 ? 1 : 0;
    } catch (FirnException refused) {
      return 0;
    }
  }

  @Test
  void filesThatTheMetadataNamesOutsideOfTheTableAreNeverDeleted() throws IOException {
    String directory = root.resolve("table").toString();
    assertThat(tries(() -> FirnTable.builder().path(directory))).isEqualTo(1);
    Table table = new HadoopTables(new Configuration()).load(directory);
    Path victim = outside.resolve("L0-1-1-00000000.parquet");
    Random random = seeds.random();
    List<String> hostile = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      hostile.add(
          switch (i % 4) {
            case 0 -> directory + "/data/../../../outside/" + victim.getFileName();
            case 1 -> victim.toString();
            case 2 -> "file:" + directory + "/data/./../../../outside/./" + victim.getFileName();
            default -> directory + "/data/" + name(random).replace("\u0000", "0");
          });
    }
    var append = table.newAppend();
    hostile.stream()
        .distinct()
        .forEach(
            path ->
                append.appendFile(
                    DataFiles.builder(table.spec())
                        .withPath(path)
                        .withFormat("parquet")
                        .withFileSizeInBytes(16)
                        .withRecordCount(1)
                        .build()));
    append.commit();
    var deletion = table.newDelete();
    hostile.stream().distinct().forEach(deletion::deleteFile);
    deletion.commit();
    Map<String, String> before = outsideOfRoot();
    try (FirnTable opened =
        FirnTable.builder()
            .path(directory)
            .option("snapshots-retained-min", "1")
            .option("snapshot-age-millis-max", "0")
            .option("sweep-grace-millis", "0")
            .open()) {
      opened.put(Rows.row(2));
      opened.flush();
      int swept = opened.sweep();
      assertThat(swept).isNotNegative();
      assertThat(opened.snapshots()).hasSizeLessThanOrEqualTo(2);
    }
    assertThat(outsideOfRoot()).isEqualTo(before);
    assertThat(victim).exists();
  }

  @Test
  void noSecretAndNoRowIsTold() throws IOException {
    List<String> told = new ArrayList<>();
    PrintStream console = System.err;
    ByteArrayOutputStream logged = new ByteArrayOutputStream();
    try (PrintStream caught = new PrintStream(logged, true, StandardCharsets.UTF_8)) {
      System.setErr(caught);
      catalogs(told);
      rows(told);
    } finally {
      System.setErr(console);
    }
    assertThat(told).hasSizeGreaterThan(5);
    assertThat(told).noneMatch(text -> text.contains(SECRET));
    assertThat(logged.toString(StandardCharsets.UTF_8)).doesNotContain(SECRET);
  }

  /** Catalogs that cannot be reached, with credentials in their properties. */
  private void catalogs(List<String> told) {
    List<Map<String, String>> catalogs =
        List.of(
            Map.of(
                "type",
                "jdbc",
                "uri",
                "jdbc:sqlite:" + outside.resolve("none/none.db"),
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
  private void rows(List<String> told) throws IOException {
    Path directory = root.resolve("secrets");
    try (FirnTable table = Rows.at(directory).option("compaction-workers", "0").open()) {
      for (int flush = 0; flush < 3; flush++) {
        for (long id = 0; id < 50; id++) {
          table.put(Rows.row(id, SECRET + flush, 1.0));
        }
        table.flush();
      }
      org.apache.iceberg.data.GenericRecord wrong =
          org.apache.iceberg.data.GenericRecord.create(Rows.SCHEMA);
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
    Random random = seeds.random();
    List<Path> files = new ArrayList<>();
    try (var walk = Files.walk(directory)) {
      walk.filter(Files::isRegularFile).sorted().forEach(files::add);
    }
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      for (int i = 0; good.length > 0 && i < 2; i++) {
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
