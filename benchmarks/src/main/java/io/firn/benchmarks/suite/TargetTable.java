package io.firn.benchmarks.suite;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The table at the end of a run: a line for each target whose figures were measured, medians over
 * the rounds, and the names of those that this run did not measure.
 */
public final class TargetTable {

  private static final List<String> HEADER =
      List.of("target", "figure", "unit", "ours", "peer's", "peer", "measured", "goal", "met");

  private final String suite;
  private final List<Target> targets;

  /**
   * @param suite whose figures the targets are about
   */
  public TargetTable(String suite, List<Target> targets) {
    this.suite = suite;
    this.targets = List.copyOf(targets);
  }

  /** Prints the table. */
  public void print(FigureLog log, PrintStream out) {
    List<List<String>> rows = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Target target : targets) {
      OptionalDouble ours = median(log, target.ours());
      OptionalDouble peers = median(log, target.peer());
      if (ours.isPresent() && peers.isPresent()) {
        rows.add(row(log, target, ours.getAsDouble(), peers.getAsDouble()));
      } else {
        missing.add(target.id() + " " + target.ours().figure() + against(target));
      }
    }
    if (!rows.isEmpty()) {
      rows.add(0, HEADER);
      printAligned(rows, out);
    }
    if (!missing.isEmpty()) {
      out.println("Not measured in this run: " + String.join("; ", missing));
    }
  }

  private OptionalDouble median(FigureLog log, Target.Measured measured) {
    return log.median(suite, measured.store(), measured.figure());
  }

  private static String against(Target target) {
    return target.comparison().hasPeer() ? " against " + target.peer().store() : "";
  }

  private List<String> row(FigureLog log, Target target, double ours, double peers) {
    Comparison comparison = target.comparison();
    double measured = comparison.measured(ours, peers);
    return List.of(
        target.id(),
        target.ours().figure(),
        log.unit(suite, target.ours().figure()).orElse(""),
        number(ours),
        comparison.hasPeer() ? number(peers) : "",
        comparison.hasPeer() ? peerName(target) : "",
        number(measured) + (comparison.hasPeer() ? " x" : ""),
        comparison.sign() + " " + number(target.goal()) + (comparison.hasPeer() ? " x" : ""),
        comparison.isMet(measured, target.goal()) ? "yes" : "NO");
  }

  private static String peerName(Target target) {
    return target.ours().figure().equals(target.peer().figure())
        ? target.peer().store()
        : target.peer().store() + ", " + target.peer().figure();
  }

  /** Three significant digits or so. */
  private static String number(double value) {
    if (Math.abs(value) >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.3f", value);
  }

  private static void printAligned(List<List<String>> rows, PrintStream out) {
    int[] widths = new int[HEADER.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
