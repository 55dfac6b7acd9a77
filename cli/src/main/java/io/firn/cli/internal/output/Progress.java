package io.firn.cli.internal.output;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on {@code err} while a person watches; nothing else, otherwise. */
public final class Progress implements AutoCloseable {

  private static final int STEP_MASK = (1 << 12) - 1;

  private final @Nullable ProgressBar bar;
  private long done;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Starts one.
   *
   * @param task what goes on
   * @param unit what is counted, after the number
   * @param total how many there will be; -1 if that is not known
   */
  public static Progress start(Terminal terminal, String task, String unit, long total) {
    if (terminal.interaction() == Terminal.Interaction.SCRIPT) {
      return new Progress(null);
    }
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(unit, 1)
            .setStyle(
                terminal.symbols() == Terminal.Symbols.UNICODE
                    ? ProgressBarStyle.UNICODE_BLOCK
                    : ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .showSpeed()
            .hideEta()
            .clearDisplayOnFinish()
            .setConsumer(new ConsoleProgressBarConsumer(terminal.err()))
            .build());
  }

  /** One more is done. */
  public void step() {
    done++;
    if (bar != null && (done & STEP_MASK) == 0) {
      bar.stepTo(done);
    }
  }

  /** So many are done by now. */
  public void moveTo(long newlyDone) {
    done = newlyDone;
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  /** How many are done. */
  public long done() {
    return done;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.stepTo(done);
      bar.close();
    }
  }
}
