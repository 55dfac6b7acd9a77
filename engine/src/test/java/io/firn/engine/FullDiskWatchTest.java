package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.storage.OutputFileHandle;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every call that may find the disk full tells so, and still fails; other errors tell nothing. */
class FullDiskWatchTest {

  private final FaultStorage storage = new FaultStorage(new CrashStorage());
  private final FullDiskWatch watch = new FullDiskWatch(storage);
  private final AtomicInteger told = new AtomicInteger();

  /** Makes every call that takes space. */
  private void callsIn(String directory) throws IOException {
    watch.createDirectories(directory);
    try (OutputFileHandle file = watch.create(directory + "/a")) {
      file.write(new byte[1], 0, 1);
      file.sync();
    }
    watch.syncFile(directory + "/a");
    watch.publish(directory + "/a", directory + "/b");
    watch.replace(directory + "/b", directory + "/c");
  }

  @ParameterizedTest
  @EnumSource(
      value = StorageOperation.class,
      names = {
        "CREATE_DIRECTORIES",
        "CREATE",
        "WRITE",
        "SYNC",
        "CLOSE_OUTPUT",
        "PUBLISH",
        "REPLACE"
      })
  void itTellsWhenTheDiskIsFullAndOnlyThen(StorageOperation operation) throws IOException {
    watch.whenFull(told::incrementAndGet);
    callsIn("/healthy");
    storage.on(operation).failOnce(() -> new IOException("Input/output error"));
    assertThatThrownBy(() -> callsIn("/broken")).hasMessage("Input/output error");
    assertThat(told).hasValue(0);
    storage.on(operation).failOnce(() -> new IOException("No space left on device"));
    assertThatThrownBy(() -> callsIn("/full")).hasMessage("No space left on device");
    assertThat(told).hasValue(1);
  }
}
