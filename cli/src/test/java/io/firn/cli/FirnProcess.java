package io.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.cli.internal.output.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs command lines in this process and keeps what they print. */
final class FirnProcess {

  /**
   * What a command line did.
   *
   * @param code the exit code
   * @param out what it printed as data
   * @param err what it said beside
   */
  record Result(int code, String out, String err) {

    Result succeeds() {
      return exits(0);
    }

    Result exits(int expected) {
      assertThat(code).as("exit code; it said: %s%s", out, err).isEqualTo(expected);
      return this;
    }

    Result saying(String part) {
      assertThat(err).contains(part);
      return this;
    }

    List<String> lines() {
      return out.lines().toList();
    }
  }

  private FirnProcess() {}

  static Result firn(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.Interaction.SCRIPT,
            Terminal.Symbols.ASCII);
    int code = Main.execute(terminal, arguments);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
