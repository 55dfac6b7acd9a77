package io.firn.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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

  private static Duration gap(Duration commit) {
    return Duration.ofNanos(CommitPace.gapNanos(commit.toNanos()));
  }
}
