package io.firn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelTableTest {

  private final ModelTable<String, Integer> model = new ModelTable<>(Comparator.naturalOrder());

  @Test
  void everySequenceNumberKeepsItsState() {
    model.put(1, "a", 10);
    model.put(2, "b", 20);
    model.put(3, "a", 11);
    model.delete(4, "b");
    assertThat(model.stateAt(0)).isEmpty();
    assertThat(model.stateAt(2)).isEqualTo(Map.of("a", 10, "b", 20));
    assertThat(model.stateAt(3)).isEqualTo(Map.of("a", 11, "b", 20));
    assertThat(model.state()).isEqualTo(Map.of("a", 11));
    assertThat(model.get("b")).isNull();
    assertThat(model.get("b", 3)).isEqualTo(20);
  }

  @Test
  void ofSeveralWritesWithOneSequenceNumberTheLastCounts() {
    model.put(1, "a", 10);
    model.delete(1, "a");
    model.put(1, "a", 12);
    assertThat(model.state()).isEqualTo(Map.of("a", 12));
  }

  @Test
  void truncationLosesWhatCameAfter() {
    model.put(1, "a", 10);
    model.delete(2, "a");
    model.put(3, "b", 20);
    model.truncate(1);
    assertThat(model.state()).isEqualTo(Map.of("a", 10));
    assertThat(model.sequence()).isEqualTo(1);
    model.put(2, "c", 30);
  }

  @Test
  void sequenceNumbersDoNotGoDown() {
    model.put(2, "a", 10);
    assertThatThrownBy(() -> model.put(1, "a", 11)).isInstanceOf(IllegalArgumentException.class);
  }
}
