package io.firn.reliability;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Deliberate bugs, one a round, each in a copy of one class that is compiled for it alone: the
 * campaign named finds it. This is the proof that the campaigns can fail.
 */
final class PlantedCampaign implements Campaign {

  @Override
  public String name() {
    return "planted";
  }

  @Override
  public String promise() {
    return "each of " + PlantedBug.values().length + " planted bugs is found by its campaign";
  }

  @Override
  public int rounds() {
    return PlantedBug.values().length;
  }

  /** None: the quickest few have a test of their own. */
  @Override
  public int everydayRounds() {
    return 0;
  }

  @Override
  public long run(Round round) throws Exception {
    PlantedBug[] bugs = PlantedBug.values();
    find(bugs[round.index() % bugs.length]);
    return 1;
  }

  /**
   * Lets a bug's campaign look for it.
   *
   * @throws AssertionError if it does not find it
   */
  static void find(PlantedBug bug) throws ReflectiveOperationException, IOException {
    Method run =
        new PlantedLoader(compile(bug))
            .loadClass(PlantedRun.class.getName())
            .getMethod("firstFailure", String.class, int.class, long.class);
    Object failure = run.invoke(null, bug.campaign(), bug.rounds(), 1L);
    if (failure == null) {
      throw new AssertionError(
          "The planted bug "
              + bug
              + " was not found by "
              + bug.rounds()
              + " rounds of "
              + bug.campaign());
    }
  }

  /**
   * The classes of the file with the bug in it.
   *
   * @throws IllegalStateException if it fits nowhere, or does not compile
   */
  static Map<String, byte[]> compile(PlantedBug bug) throws IOException {
    String className =
        bug.source()
            .substring(bug.source().indexOf("io/firn/"), bug.source().length() - ".java".length())
            .replace('/', '.');
    return SourceCompiler.compile(className, planted(bug));
  }

  private static String planted(PlantedBug bug) throws IOException {
    String source = Files.readString(root().resolve(bug.source()));
    int at = source.indexOf(bug.original());
    if (at < 0 || source.indexOf(bug.original(), at + 1) >= 0) {
      throw new IllegalStateException(
          "The planted bug "
              + bug
              + " fits nowhere, or more than once, in "
              + bug.source()
              + ": move it to where its rule is kept now");
    }
    return source.replace(bug.original(), bug.replacement());
  }

  /** The directory that holds the modules, found upwards from where the program runs. */
  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("testkit/pom.xml"))) {
      directory = directory.getParent();
      if (directory == null) {
        throw new IllegalStateException("Planted bugs need the sources; run this in the checkout");
      }
    }
    return directory;
  }
}
