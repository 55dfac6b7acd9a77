package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.testkit.Seeds;
import java.io.IOException;
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
 * Names that want to lead out of the table: whatever happens, no byte outside of the table's
 * directory changes.
 */
class HostileTableTest {

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
      // One name in ten is odd and allowed, so that some tables are made whatever the seed.
      boolean allowed = i % 10 == 0;
      String name = (allowed ? "$HOME" : name(random)) + i;
      String namespace = (allowed ? "" : name(random).replace("\u0000", "")) + "n";
      created += tries(() -> inCatalog(TableIdentifier.of(namespace, name)));
      assertThat(outsideOfRoot()).as("table %s in %s", name, namespace).isEqualTo(before);
    }
    assertThat(created).isGreaterThanOrEqualTo(10);
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
}
