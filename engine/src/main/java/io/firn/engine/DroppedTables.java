package io.firn.engine;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices tables that became unreachable without having been closed, which keep their threads,
 * files and lock until the process ends. It only reports them: whatever their threads were told to
 * do is done all the same, and closing them from here would surprise whoever still holds a snapshot
 * or a token.
 *
 * <p>Works because nothing behind a {@link FirnTable} refers to it. Safe for use by many threads.
 */
final class DroppedTables {

  private static final Logger LOG = LoggerFactory.getLogger(DroppedTables.class);

  private static final Cleaner CLEANER = Cleaner.create();

  /** Is told of a dropped table, on the cleaner's thread. */
  interface Reporter {
    /**
     * @param location where the table is
     * @param opened where in the program it was opened
     */
    void dropped(String location, Throwable opened);
  }

  private DroppedTables() {}

  /** Says in the log which table it was. */
  static final Reporter LOGGED =
      (location, opened) ->
          LOG.warn(
              "The table at {} was dropped without close: its threads, files and lock stay until"
                  + " this process ends. It was opened here:",
              location,
              opened);

  /** A table being watched. */
  static final class Watch {
    private final Cleaner.Cleanable cleanable;
    private final AtomicBoolean closed;

    private Watch(Cleaner.Cleanable cleanable, AtomicBoolean closed) {
      this.cleanable = cleanable;
      this.closed = closed;
    }

    /** The table is being closed: there is nothing to report any more. */
    void end() {
      closed.set(true);
      cleanable.clean();
    }
  }

  /** Watches a table that the calling thread opens. */
  static Watch watch(FirnTable table, String location, Reporter reporter) {
    AtomicBoolean closed = new AtomicBoolean();
    Throwable opened = new Throwable("Opened by thread " + Thread.currentThread().getName());
    Runnable report =
        () -> {
          if (!closed.get()) {
            reporter.dropped(location, opened);
          }
        };
    return new Watch(CLEANER.register(table, report), closed);
  }
}
