package io.firn.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

  private final ByteArrayOutputStream notes = new ByteArrayOutputStream();
  private final FigureLog log = new FigureLog(new PrintStream(OutputStream.nullOutputStream()));
  private final ChildJvm child =
      new ChildJvm(
          Measuring.class,
          List.of("-Xmx64m"),
          new PrintStream(notes, true, StandardCharsets.UTF_8));

  @Test
  void figuresGoToTheLogAndAllElseIsANote() {
    child.run(log, List.of("right"));
    assertThat(log.figures())
        .extracting(Figure::figure)
        .containsExactly("peak memory", "written", "processor");
    assertThat(log.figures()).allMatch(figure -> figure.value() > 0);
    assertThat(notes.toString(StandardCharsets.UTF_8)).isEqualTo("a note\n");
  }

  @Test
  void aWrongAnswerEndsTheRun() {
    assertThatThrownBy(() -> child.run(log, List.of("wrong")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[wrong]");
  }

  @Test
  void aChildIsKilledWhereItIsReady() {
    child.runAndKill(log, List.of("wait"));
    assertThatThrownBy(() -> child.runAndKill(log, List.of("right")))
        .hasMessageContaining("before it could be killed");
  }

  /** What runs in the other process. */
  static final class Measuring {

    private Measuring() {}

    public static void main(String[] arguments) throws IOException {
      WrongAnswerError.check(!arguments[0].equals("wrong"), "a test's");
      if (arguments[0].equals("wait")) {
        System.out.println(ChildJvm.READY);
        System.out.flush();
        // Nobody writes to it: the read ends with the process.
        System.exit(System.in.read());
      }
      System.out.println("a note");
      FigureSink sink = new FigureSink(System.out, "suite", "store", 1);
      sink.figure("peak memory", "bytes", (double) ProcessFigures.peakResidentBytes());
      sink.figure("written", "bytes", (double) ProcessFigures.writtenBytes());
      sink.figure("processor", "ns", (double) ProcessFigures.cpuNanos());
    }
  }
}
