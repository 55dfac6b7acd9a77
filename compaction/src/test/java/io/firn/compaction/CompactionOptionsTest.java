package io.firn.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.ExpirePolicy;
import io.firn.error.InvalidArgumentException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompactionOptionsTest {

  @Test
  void everyOptionRefusesWhatCannotWorkAndSaysWhatCould() {
    CompactionOptions.Builder builder = CompactionOptions.builder();
    assertThatThrownBy(() -> builder.workers(-1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("workers must be from 0 to 256, not -1");
    assertThatThrownBy(() -> builder.l0FilesTrigger(0)).hasMessageContaining("l0FilesTrigger");
    assertThatThrownBy(() -> builder.smallFilesTrigger(1))
        .hasMessageContaining("smallFilesTrigger");
    assertThatThrownBy(() -> builder.levelsMax(1)).hasMessageContaining("levelsMax");
    assertThatThrownBy(() -> builder.subRangesMax(0)).hasMessageContaining("subRangesMax");
    assertThatThrownBy(() -> builder.targetFileBytes(0)).hasMessageContaining("targetFileBytes");
    assertThatThrownBy(() -> builder.levelMultiplier(1)).hasMessageContaining("levelMultiplier");
    assertThatThrownBy(() -> builder.maxDvBytes(0)).hasMessageContaining("maxDvBytes");
    assertThatThrownBy(() -> builder.maskedRowRatio(Double.NaN))
        .hasMessage("maskedRowRatio must be above 0 and at most 1, not NaN");
  }

  @Test
  void optionsThatContradictEachOtherAreRefused() {
    assertThatThrownBy(
            () -> CompactionOptions.builder().targetFileBytes(10).levelBaseBytes(9).build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("levelBaseBytes (9) must be at least targetFileBytes (10)");
    assertThatThrownBy(
            () -> CompactionOptions.builder().targetFileBytes(10).maxInputBytesPerJob(9).build())
        .hasMessage("maxInputBytesPerJob (9) must be at least targetFileBytes (10)");
  }

  @Test
  void levelTargetsGrowByTheMultiplierAndTheDeepestHasNone() {
    CompactionOptions options =
        CompactionOptions.builder()
            .targetFileBytes(10)
            .levelBaseBytes(100)
            .levelMultiplier(10)
            .levelsMax(4)
            .build();
    assertThat(options.levelTargetBytes(1)).isEqualTo(100);
    assertThat(options.levelTargetBytes(2)).isEqualTo(1000);
    assertThat(options.levelTargetBytes(3)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void sweepOptionsRefuseWhatCannotWork() {
    SweepOptions defaults = SweepOptions.defaults();
    assertThatThrownBy(() -> defaults.withWorkers(2))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("The sweeper has 0 or 1 worker, not 2");
    assertThatThrownBy(() -> defaults.withBatches(0, Duration.ZERO))
        .hasMessageContaining("batchFiles");
    assertThatThrownBy(() -> defaults.withGrace(Duration.ofMillis(-1)))
        .hasMessageContaining("grace");
    assertThatThrownBy(() -> defaults.withMaintenance(1, Duration.ZERO))
        .hasMessageContaining("maintenanceInterval");
    assertThat(defaults.withExpire(new ExpirePolicy(1, Duration.ZERO)).expire().retainLast())
        .isEqualTo(1);
  }
}
