package io.firn.cli.internal.command;

import io.firn.error.FencedException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.LockedException;
import io.firn.error.SchemaMismatchException;

/** What the process tells its caller. */
public final class ExitCode {

  /** Done. */
  public static final int OK = 0;

  /** Failed. */
  public static final int FAILURE = 1;

  /** The command line cannot be meant. */
  public static final int USAGE = 2;

  /** Verify found something. */
  public static final int FINDINGS = 3;

  /** Another writer holds the table. */
  public static final int HELD = 4;

  private ExitCode() {}

  /** The code for a failure. */
  public static int of(Throwable failure) {
    if (failure instanceof InvalidArgumentException || failure instanceof SchemaMismatchException) {
      return USAGE;
    }
    return failure instanceof LockedException || failure instanceof FencedException
        ? HELD
        : FAILURE;
  }
}
