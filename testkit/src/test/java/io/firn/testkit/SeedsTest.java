package io.firn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EngineTestKit.engine;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.Event;

class SeedsTest {

  @Test
  void oneSeedGivesOneSequence() {
    Seeds seeds = new Seeds();
    assertThat(seeds.random().nextLong()).isEqualTo(seeds.random().nextLong());
    assertThat(seeds.random(1).nextLong()).isNotEqualTo(seeds.random(2).nextLong());
  }

  @Test
  void aFailureTellsItsSeed() {
    List<Event> failed =
        engine("junit-jupiter")
            .selectors(DiscoverySelectors.selectClass(Failing.class))
            .execute()
            .testEvents()
            .failed()
            .list();
    assertThat(failed).hasSize(1);
    Throwable failure =
        failed.get(0).getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0]).hasMessageMatching("Repeat with -Dfirn.seed=-?\\d+");
  }

  /** Fails on purpose; surefire does not look at nested static classes. */
  static final class Failing {
    @RegisterExtension final Seeds seeds = new Seeds();

    @Test
    void fails() {
      throw new AssertionError("on purpose");
    }
  }
}
