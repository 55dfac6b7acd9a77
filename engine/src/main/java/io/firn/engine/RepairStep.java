package io.firn.engine;

/**
 * One step of a {@link RepairPlan}.
 *
 * @param kind what it means for the table
 * @param file the file that is broken, or the table
 * @param what what is wrong
 * @param remedy what is done about it, or why nothing can be
 * @param lost how many rows or operations are gone afterwards; {@link RepairPlan#UNKNOWN} if nobody
 *     can tell
 */
public record RepairStep(Kind kind, String file, String what, String remedy, long lost) {

  /** What a step means for the table. */
  public enum Kind {
    /** The table has all rows afterwards that it should have. */
    RESTORES,
    /** Something is given up; done only if the loss is accepted. */
    LOSES,
    /** Nothing can be done. */
    IMPOSSIBLE
  }
}
