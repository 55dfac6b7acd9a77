package io.firn.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.storage.LocalStorage;
import io.firn.storage.OutputFileHandle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultStorageTest {

  @TempDir Path directory;

  private final FaultStorage faults = new FaultStorage(new LocalStorage());

  @Test
  void theNthMatchingCallFailsOnce() throws IOException {
    FaultStorage.Fault fault =
        faults.on(StorageOperation.SYNC, PathPattern.glob("**/log-*")).nth(2).failOnce();
    try (OutputFileHandle other = faults.create(directory + "/other");
        OutputFileHandle log = faults.create(directory + "/log-1")) {
      other.sync();
      log.sync();
      assertThatThrownBy(log::sync).isInstanceOf(IOException.class).hasMessageContaining("SYNC");
      log.sync();
    }
    assertThat(fault.fired()).isEqualTo(1);
  }

  @Test
  void aLastingFaultEndsWhenHealed() throws IOException {
    faults.on(StorageOperation.CREATE).failForGood(() -> new IOException("read-only"));
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> faults.create(directory + "/a")).hasMessage("read-only");
    }
    assertThat(faults.exists(directory + "/a")).isFalse();
    faults.heal();
    faults.create(directory + "/a").close();
  }

  @Test
  void aFailureAfterTheEffectLeavesTheEffect() throws IOException {
    faults.on(StorageOperation.PUBLISH).failAfterEffect(() -> new IOException("lost answer"));
    CountingStorageTest.write(faults, directory + "/temporary", "x");
    assertThatThrownBy(() -> faults.publish(directory + "/temporary", directory + "/final"))
        .hasMessage("lost answer");
    assertThat(faults.exists(directory + "/final")).isTrue();
  }

  @Test
  void aShortWriteKeepsOnlyItsFirstBytes() throws IOException {
    faults.on(StorageOperation.WRITE).writeOnly(3);
    try (OutputFileHandle file = faults.create(directory + "/a")) {
      assertThatThrownBy(() -> file.write("abcdef".getBytes(UTF_8), 0, 6))
          .isInstanceOf(IOException.class);
    }
    assertThat(faults.length(directory + "/a")).isEqualTo(3);
  }

  @Test
  void onlyAWriteCanBeShort() {
    assertThatThrownBy(() -> faults.on(StorageOperation.SYNC).writeOnly(3))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFullDiskTakesWhatFitsAndNoNewFile() throws IOException {
    faults.fullDiskAfter(4);
    try (OutputFileHandle file = faults.create(directory + "/a")) {
      assertThatThrownBy(() -> file.write("abcdef".getBytes(UTF_8), 0, 6))
          .hasMessageContaining("No space left");
    }
    assertThat(faults.length(directory + "/a")).isEqualTo(4);
    assertThatThrownBy(() -> faults.create(directory + "/b")).hasMessageContaining("No space left");
    faults.heal();
    CountingStorageTest.write(faults, directory + "/b", "room again");
  }

  @Test
  void anInterventionRunsInsideTheCall() throws IOException {
    AtomicReference<String> seen = new AtomicReference<>();
    faults.on(StorageOperation.DELETE).runOnce(seen::set);
    CountingStorageTest.write(faults, directory + "/a", "x");
    faults.delete(directory + "/a");
    assertThat(seen).hasValue(directory + "/a");
  }

  @Test
  void aRefusedOpenLeaksNothingBelow() {
    TrackingStorage tracking = new TrackingStorage(new LocalStorage());
    FaultStorage above = new FaultStorage(tracking);
    above.on(StorageOperation.CREATE).failAfterEffect(() -> new IOException("refused"));
    assertThatThrownBy(() -> above.create(directory + "/a")).hasMessage("refused");
    tracking.assertAllClosed();
  }
}
