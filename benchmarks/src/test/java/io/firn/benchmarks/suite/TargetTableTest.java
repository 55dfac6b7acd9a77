package io.firn.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetTableTest {

  private final FigureLog log = new FigureLog(new PrintStream(OutputStream.nullOutputStream()));

  @Test
  void aRateIsOursOverThePeers() {
    measure("firn", "load", 100, 300, 200);
    measure("peer", "load", 100, 100, 100);
    assertThat(table(Target.against("P1", "load", "firn", Comparison.TIMES_AS_MUCH, 2, "peer")))
        .contains("2.000 x")
        .contains("yes");
    assertThat(table(Target.against("P1", "load", "firn", Comparison.TIMES_AS_MUCH, 2.1, "peer")))
        .contains("NO");
  }

  @Test
  void aDurationIsThePeersOverOurs() {
    measure("firn", "get", 2);
    measure("peer", "get", 5);
    assertThat(table(Target.against("P4", "get", "firn", Comparison.TIMES_AS_FAST, 2, "peer")))
        .contains("2.500 x")
        .contains("yes");
  }

  @Test
  void whatIsToStayWithinAMultipleIsComparedFromAbove() {
    measure("firn", "bytes", 90);
    measure("peer", "bytes", 100);
    assertThat(table(Target.against("P10", "bytes", "firn", Comparison.AT_MOST_TIMES, 1, "peer")))
        .contains("0.900 x")
        .contains("<= 1.000 x")
        .contains("yes");
    assertThat(table(Target.against("P10", "bytes", "firn", Comparison.AT_MOST_TIMES, 0.8, "peer")))
        .contains("NO");
  }

  @Test
  void aValueHasNoPeer() {
    measure("firn", "open", 0.4);
    assertThat(table(Target.value("P13", "open", "firn", Comparison.AT_MOST, 1)))
        .contains("0.400")
        .contains("yes")
        .doesNotContain(" x");
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    measure("firn", "open", 4, 1, 2, 100);
    assertThat(log.median("suite", "firn", "open")).hasValue(3);
  }

  @Test
  void whatWasNotMeasuredIsNamed() {
    measure("firn", "load", 1);
    assertThat(table(Target.against("P2", "load", "firn", Comparison.TIMES_AS_MUCH, 3, "paimon")))
        .isEqualTo("Not measured in this run: P2 load against paimon\n");
  }

  private void measure(String store, String figure, double... values) {
    for (int i = 0; i < values.length; i++) {
      log.add(new Figure("suite", store, figure, "unit", values[i], i + 1));
    }
  }

  private String table(Target target) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new TargetTable("suite", List.of(target))
        .print(log, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
