package io.firn.benchmarks.suite;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All figures of a run: each is printed as one line of JSON as it arrives, and kept for the medians
 * over the rounds. Not thread safe.
 */
public final class FigureLog {

  private final PrintStream out;
  private final List<Figure> figures = new ArrayList<>();

  /**
   * @param out takes the lines of JSON
   */
  public FigureLog(PrintStream out) {
    this.out = out;
  }

  /** Prints and keeps a figure. */
  public void add(Figure figure) {
    out.println(figure.toJson());
    figures.add(figure);
  }

  /** Every figure, in the order of arrival. */
  public List<Figure> figures() {
    return List.copyOf(figures);
  }

  /** The median over the rounds; empty if nobody measured it. */
  public OptionalDouble median(String suite, String store, String figure) {
    double[] values =
        figures.stream()
            .filter(f -> f.suite().equals(suite))
            .filter(f -> f.store().equals(store) && f.figure().equals(figure))
            .mapToDouble(Figure::value)
            .sorted()
            .toArray();
    if (values.length == 0) {
      return OptionalDouble.empty();
    }
    int middle = values.length / 2;
    return OptionalDouble.of(
        values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
  }

  /** The unit of a figure; empty if nobody measured it. */
  public Optional<String> unit(String suite, String figure) {
    return figures.stream()
        .filter(f -> f.suite().equals(suite) && f.figure().equals(figure))
        .map(Figure::unit)
        .findFirst();
  }
}
