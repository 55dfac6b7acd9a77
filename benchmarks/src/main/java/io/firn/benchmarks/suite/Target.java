package io.firn.benchmarks.suite;

/**
 * What a figure is to reach.
 *
 * @param id the target's name, {@code P1} to {@code P13}
 * @param ours the figure of ours
 * @param peer the figure it is compared with; the same as {@code ours} if there is none
 * @param comparison how they are compared
 * @param goal the ratio, or the value, to reach
 */
public record Target(String id, Measured ours, Measured peer, Comparison comparison, double goal) {

  /**
   * A figure of a store.
   *
   * @param store which store
   * @param figure which figure
   */
  public record Measured(String store, String figure) {}

  /** The same figure of two stores. */
  public static Target against(
      String id, String figure, String ours, Comparison comparison, double goal, String peer) {
    return new Target(id, new Measured(ours, figure), new Measured(peer, figure), comparison, goal);
  }

  /** Two figures that differ in name or store. */
  public static Target between(
      String id, Measured ours, Comparison comparison, double goal, Measured peer) {
    return new Target(id, ours, peer, comparison, goal);
  }

  /** A value of ours alone. */
  public static Target value(
      String id, String figure, String ours, Comparison comparison, double goal) {
    Measured measured = new Measured(ours, figure);
    return new Target(id, measured, measured, comparison, goal);
  }
}
