package io.firn.engine;

/**
 * One thing that {@link TableVerifier} found.
 *
 * @param severity how bad it is
 * @param file the file it is about, or the table
 * @param what what is wrong; never holds values of rows
 */
public record Finding(Severity severity, String file, String what) {

  /** How bad a finding is. */
  public enum Severity {
    /** A reader may get wrong rows, or none. */
    ERROR,
    /** Another engine's commit left it, and the next commit of the table's writer repairs it. */
    WARNING,
    /** Costs space or speed, and no reader notices. */
    NOTICE
  }
}
