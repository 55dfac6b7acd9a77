package io.firn.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FigureTest {

  @Test
  void aFigureIsReadBackAsItWasPrinted() {
    Figure figure = new Figure("reference", "firn", "W3 get \"natural\" p50", "us", 1.75, 2);
    assertThat(figure.toJson()).doesNotContain("\n");
    assertThat(Figure.parse(figure.toJson())).contains(figure);
    assertThat(Figure.parse("loading ...")).isEmpty();
    assertThat(Figure.parse("{\"suite\":\"cut off")).isEmpty();
  }

  @Test
  void aSinkPrintsOneLineAFigure() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    FigureSink sink =
        new FigureSink(new PrintStream(bytes, true, StandardCharsets.UTF_8), "s", "firn", 3);
    Latencies latencies = new Latencies(1);
    for (int i = 100; i >= 1; i--) {
      latencies.add(i * 1_000L);
    }
    sink.latencies("get", latencies);
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines().map(Figure::parse))
        .allMatch(figure -> figure.isPresent())
        .extracting(figure -> figure.orElseThrow().figure() + figure.orElseThrow().value())
        .containsExactly("get mean50.5", "get p5050.0", "get p9999.0", "get max100.0");
  }

  @Test
  void latenciesOfNothingAreZero() {
    Latencies latencies = new Latencies(0);
    assertThat(latencies.count()).isZero();
    assertThat(latencies.meanMicros()).isZero();
    assertThat(latencies.percentileMicros(99)).isZero();
  }
}
