package io.firn.catalog;

import org.jspecify.annotations.Nullable;

/**
 * Something that is broken in a table, what would mend it, and what would be lost by that.
 *
 * @param weight who notices it
 * @param file the file it is about, or the table
 * @param what what is wrong
 * @param remedy what mending does, or why nothing can
 * @param lost how many rows or operations are gone after mending, {@link #UNKNOWN} if nobody can
 *     tell
 * @param mending does it, as one atomic step, on the state in which the defect was found; null if
 *     nothing can
 */
public record Defect(
    Weight weight, String file, String what, String remedy, long lost, @Nullable Mending mending) {

  /** Something is lost, and nothing is left that says how much. */
  public static final long UNKNOWN = -1;

  /** Who notices a defect. */
  public enum Weight {
    /** A reader fails, or may read what is not so. */
    READERS,
    /** It costs space or speed. */
    NOBODY
  }

  /** Mends a defect. */
  @FunctionalInterface
  public interface Mending {
    /**
     * Does it, whole or not at all. Whatever is replaced stays under a name that ends in {@code
     * .damaged}.
     */
    void mend();
  }
}
