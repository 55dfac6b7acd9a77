package io.firn.benchmarks.suite;

import java.nio.file.Path;
import java.util.List;

/**
 * What a {@link ForkedSuite} tells a measuring process.
 *
 * @param suite the suite's name
 * @param store which store to measure
 * @param directory an empty directory for it
 * @param round which round this is, from 1
 * @param rest what the suite tells besides
 */
public record ChildArguments(
    String suite, String store, Path directory, int round, List<String> rest) {

  private static final int OWN = 4;

  /** Reads the arguments of {@code main}. */
  public static ChildArguments of(String... arguments) {
    return new ChildArguments(
        arguments[0],
        arguments[1],
        Path.of(arguments[2]),
        Integer.parseInt(arguments[3]),
        List.of(arguments).subList(OWN, arguments.length));
  }

  /** One of the rest, as a number. */
  public int number(int index) {
    return Integer.parseInt(rest.get(index));
  }

  /** A path in the directory. */
  public String path(String name) {
    return directory.resolve(name).toString();
  }

  /** Where the figures of the store go. */
  public FigureSink sink() {
    return sink(store);
  }

  /** Where the figures of another store go that is measured beside it. */
  public FigureSink sink(String other) {
    return new FigureSink(System.out, suite, other, round);
  }
}
