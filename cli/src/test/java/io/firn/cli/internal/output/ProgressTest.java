package io.firn.cli.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.cli.internal.output.Terminal.Interaction;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgressTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Terminal terminal(Interaction interaction) {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        interaction,
        Terminal.Symbols.ASCII);
  }

  @ParameterizedTest
  @EnumSource
  void onlyAPersonIsShownProgressAndNeverAmongTheData(Interaction interaction) {
    try (Progress progress = Progress.start(terminal(interaction), "load", " rows", 10)) {
      progress.moveTo(10);
    }
    assertThat(out.size()).isZero();
    String shown = err.toString(StandardCharsets.UTF_8);
    if (interaction == Interaction.PERSON) {
      assertThat(shown).contains("load", "10/10 rows");
    } else {
      assertThat(shown).isEmpty();
    }
  }
}
