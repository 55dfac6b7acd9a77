package io.firn.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.storage.InputFileHandle;
import io.firn.storage.LocalStorage;
import io.firn.storage.OutputFileHandle;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountingStorageTest {

  @TempDir Path directory;

  @Test
  void callsAndBytesAreCountedByOperationAndPattern() throws IOException {
    CountingStorage storage = new CountingStorage(new LocalStorage());
    write(storage, directory + "/a.log", "twelve bytes");
    write(storage, directory + "/b.dat", "four");
    try (InputFileHandle file = storage.open(directory + "/a.log")) {
      file.readFully(0, new byte[6], 0, 6);
      file.readFully(6, new byte[6], 0, 6);
    }

    assertThat(storage.bytes(StorageOperation.WRITE)).isEqualTo(16);
    assertThat(storage.bytes(StorageOperation.WRITE, PathPattern.glob("**.log"))).isEqualTo(12);
    assertThat(storage.calls(StorageOperation.READ)).isEqualTo(2);
    assertThat(storage.calls(StorageOperation.READ, PathPattern.glob("**.dat"))).isZero();
    assertThat(storage.calls(StorageOperation.SYNC)).isEqualTo(2);

    storage.reset();
    assertThat(storage.calls(StorageOperation.CREATE)).isZero();
  }

  @Test
  void aFailedCallDoesNotCount() {
    CountingStorage storage = new CountingStorage(new LocalStorage());
    assertThatThrownBy(() -> storage.open(directory + "/missing")).isInstanceOf(IOException.class);
    assertThat(storage.calls(StorageOperation.OPEN)).isZero();
  }

  static void write(io.firn.storage.Storage storage, String path, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    try (OutputFileHandle file = storage.create(path)) {
      file.write(bytes, 0, bytes.length);
      file.sync();
    }
  }
}
