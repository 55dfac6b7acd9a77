package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.testkit.EvolvedRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The oracle puts what other engines commit where docs/foreign-commits.md says it belongs. */
class HistoryTest {

  private static final EvolvedRow OURS = new EvolvedRow(Map.of(4, "ours"));
  private static final EvolvedRow LATER = new EvolvedRow(Map.of(4, "ours, later"));
  private static final EvolvedRow THEIRS = new EvolvedRow(Map.of(4, "theirs"));

  private final History history = new History();

  private static History.Change put(long key, EvolvedRow row) {
    return new History.Change(key, Optional.of(row));
  }

  @Test
  void whatIsInMemoryIsNewerThanACommitOfOthers() {
    history.attempt(List.of(put(1, OURS), put(2, OURS)));
    history.attempt(List.of(put(1, LATER)));
    history.othersCommitted(
        2, Map.of(1L, Optional.of(THEIRS), 2L, Optional.empty(), 3L, Optional.of(THEIRS)));
    assertThat(history.newest()).isEqualTo(Map.of(1L, LATER, 3L, THEIRS));
    assertThat(history.at(history.moment(2, 0))).isEqualTo(Map.of(1L, OURS, 2L, OURS));
    assertThat(history.at(history.moment(2, 1))).isEqualTo(Map.of(1L, THEIRS, 3L, THEIRS));
    assertThat(history.at(history.moment(3, 1))).isEqualTo(history.newest());
  }

  @Test
  void aSnapshotOfOthersHasNoSequenceNumberAndAllThatWasFlushedBefore() {
    history.attempt(List.of(put(1, OURS)));
    history.othersCommitted(1, Map.of(2L, Optional.of(THEIRS)));
    assertThat(history.at(history.moment(0, 1))).isEqualTo(Map.of(1L, OURS, 2L, THEIRS));
  }

  @Test
  void aCrashTakesBackOwnWritesAlone() {
    history.attempt(List.of(put(1, OURS)));
    history.attempt(List.of(put(1, LATER), put(4, LATER)));
    history.othersCommitted(1, Map.of(2L, Optional.of(THEIRS)));
    history.recovered(1, "restarted");
    assertThat(history.newest()).isEqualTo(Map.of(1L, OURS, 2L, THEIRS));
    history.attempt(List.of(put(2, LATER)));
    assertThat(history.newest()).isEqualTo(Map.of(1L, OURS, 2L, LATER));
  }

  @Test
  void whatOthersHaveCommittedOnIsNotLost() {
    history.attempt(List.of(put(1, OURS)));
    history.othersCommitted(1, Map.of());
    assertThatThrownBy(() -> history.recovered(0, "restarted"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("acknowledged were 1");
  }

  @Test
  void halfABatchIsNoPrefix() {
    history.attempt(List.of(put(1, OURS), put(2, OURS)));
    assertThatThrownBy(() -> history.recovered(1, "restarted"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("batches around it");
  }
}
