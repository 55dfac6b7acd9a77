package io.firn.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rules about the sources themselves. Each failure lists every place. */
class RepositoryTest {

  private static final int LINES_MAX = 600;

  /** Spelled apart, so that this file does not break its own rules. */
  private static final Pattern WISH =
      Pattern.compile("\\b(" + "TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");

  private static final Pattern SKIPPED = Pattern.compile("@(" + "Disabled|Ig" + "nore)\\b");

  private static final Pattern SLEEP = Pattern.compile("Thread" + "\\.sleep\\(");

  private static final Pattern VAGUE_NAME =
      Pattern.compile("\\w+(Util|Utils|Helper|Manager|Impl)\\.java");

  private static TreeMap<Path, List<String>> sources;

  @BeforeAll
  static void read() throws IOException {
    Path root = root();
    sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file :
          files
              .filter(path -> path.toString().endsWith(".java"))
              .filter(path -> !path.toString().contains("/target/"))
              .collect(Collectors.toList())) {
        sources.put(root.relativize(file), Files.readAllLines(file));
      }
    }
    assertThat(sources).hasSizeGreaterThan(100);
  }

  @Test
  void noFileIsTooLongToRead() {
    List<String> tooLong = new ArrayList<>();
    sources.forEach(
        (file, lines) -> {
          if (lines.size() > LINES_MAX) {
            tooLong.add(file + ": " + lines.size());
          }
        });
    assertThat(tooLong).as("files over " + LINES_MAX + " lines: split them").isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsAndIsNullMarked() {
    List<Path> silent =
        sources.keySet().stream()
            .filter(file -> file.toString().contains("src/main/"))
            .map(Path::getParent)
            .distinct()
            .filter(directory -> !declares(directory.resolve("package-info.java")))
            .collect(Collectors.toList());
    assertThat(silent).as("packages without a null-marked, documented package-info").isEmpty();
  }

  private static boolean declares(Path packageInfo) {
    List<String> lines = sources.getOrDefault(packageInfo, List.of());
    return lines.contains("@NullMarked") && lines.get(0).startsWith("/**");
  }

  @Test
  void wishesStandInIssuesAndNotInSources() {
    assertThat(places(WISH)).as("wishes in sources").isEmpty();
  }

  @Test
  void everyTestThatTheDocumentsNameIsThere() throws IOException {
    Pattern named = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
    List<String> missing = new ArrayList<>();
    try (Stream<Path> documents = Files.list(root().resolve("docs"))) {
      for (Path document : documents.filter(path -> path.toString().endsWith(".md")).toList()) {
        Matcher matcher = named.matcher(Files.readString(document));
        while (matcher.find()) {
          if (!isTest(matcher.group(1), matcher.group(2))) {
            missing.add(document.getFileName() + ": " + matcher.group());
          }
        }
      }
    }
    assertThat(missing).as("tests named in docs that do not exist").isEmpty();
  }

  private static boolean isTest(String name, String method) {
    return sources.entrySet().stream()
        .filter(source -> source.getKey().getFileName().toString().equals(name + ".java"))
        .anyMatch(
            source ->
                method == null
                    || source.getValue().stream()
                        .anyMatch(line -> line.contains("void " + method + "(")));
  }

  @Test
  void whatAbusesTheEngineIsNeverShipped() throws IOException {
    Pattern shipped =
        Pattern.compile(
            "<artifactId>firn-(testkit|reliability)</artifactId>(?!<scope>test</scope>)(?!<version>)");
    List<Path> shipping = new ArrayList<>();
    try (Stream<Path> poms = Files.walk(root(), 3)) {
      for (Path pom : poms.filter(path -> path.endsWith("pom.xml")).toList()) {
        String module = root().relativize(pom).getName(0).toString();
        if (!List.of("testkit", "reliability").contains(module)
            && shipped.matcher(Files.readString(pom)).find()) {
          shipping.add(pom);
        }
      }
    }
    assertThat(shipping)
        .as("faults and campaigns are for tests: modules that depend on them otherwise")
        .isEmpty();
  }

  @Test
  void noTestIsSkipped() {
    assertThat(places(SKIPPED)).as("a test runs, or is deleted").isEmpty();
  }

  @Test
  void noTestWaitsForTimeToPass() {
    assertThat(places(SLEEP)).as("wait for a condition instead").isEmpty();
  }

  @Test
  void namesSayWhatAThingIs() {
    List<Path> vague =
        sources.keySet().stream()
            .filter(file -> VAGUE_NAME.matcher(file.getFileName().toString()).matches())
            .collect(Collectors.toList());
    assertThat(vague).as("names that fit anything").isEmpty();
  }

  private static List<String> places(Pattern pattern) {
    List<String> found = new ArrayList<>();
    sources.forEach(
        (file, lines) -> {
          for (int i = 0; i < lines.size(); i++) {
            if (pattern.matcher(lines.get(i)).find()) {
              found.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
            }
          }
        });
    return found;
  }

  /** The directory that holds the modules, found upwards from where the test runs. */
  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("testkit/pom.xml"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
