package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.storage.OutputFileHandle;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SyncRecorderTest {

  private final FaultStorage below = new FaultStorage(new CrashStorage());
  private final SyncRecorder storage = new SyncRecorder(below);

  private OutputFileHandle failedToSync() throws IOException {
    below.on(StorageOperation.SYNC).nth(1).failOnce();
    storage.createDirectories("/d");
    OutputFileHandle file = storage.create("/d/f");
    assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    return file;
  }

  @Test
  void aSecondFsyncOfTheSameFileIsNoticed() throws IOException {
    try (OutputFileHandle file = failedToSync()) {
      assertThat(storage.triedAgain()).isEmpty();
      file.sync();
      assertThat(storage.triedAgain()).containsExactly("/d/f");
    }
  }

  @Test
  void anotherFileByTheNameOfAFailedOneMayBeSynced() throws IOException {
    failedToSync().close();
    storage.delete("/d/f");
    try (OutputFileHandle another = storage.create("/d/f")) {
      another.sync();
    }
    assertThat(storage.triedAgain()).isEmpty();
    assertThat(storage.failed()).containsExactly("/d/f");
  }
}
