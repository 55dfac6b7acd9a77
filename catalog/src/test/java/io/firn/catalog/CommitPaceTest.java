package io.firn.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CommitPaceTest {

  @Test
  void aGapIsTwiceTheCommitBeforeItBetweenATenthOfASecondAndFive() {
    assertThat(gap(Duration.ZERO)).isEqualTo(Duration.ofMillis(100));
    assertThat(gap(Duration.ofMillis(20))).isEqualTo(Duration.ofMillis(100));
    assertThat(gap(Duration.ofMillis(400))).isEqualTo(Duration.ofMillis(800));
    assertThat(gap(Duration.ofMinutes(10))).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void anInterruptShortensNoGapAndIsKept() {
    CommitPace pace = new CommitPace();
    long ended = System.nanoTime();
    pace.ended(ended);
    Thread.currentThread().interrupt();
    pace.awaitGap();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - ended))
        .isGreaterThanOrEqualTo(Duration.ofMillis(100));
  }

  @Test
  void everySecondGapIsTwiceAsLongAndSoOnUpToThirtyTwoTimes() {
    assertThat(LongStream.rangeClosed(1, 8).map(n -> gap(n, Duration.ofMillis(60)).toMillis()))
        .containsExactly(120L, 240L, 120L, 480L, 120L, 240L, 120L, 960L);
    assertThat(gap(32, Duration.ZERO)).isEqualTo(Duration.ofMillis(3200));
    assertThat(gap(1L << 40, Duration.ZERO)).isEqualTo(Duration.ofMillis(3200));
    assertThat(gap(1L << 40, Duration.ofMinutes(10))).isEqualTo(Duration.ofSeconds(5));
  }

  private static Duration gap(Duration commit) {
    return gap(1, commit);
  }

  private static Duration gap(long n, Duration commit) {
    return Duration.ofNanos(CommitPace.gapNanos(n, commit.toNanos()));
  }
}
