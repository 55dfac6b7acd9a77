package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.StorageException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.TrackingStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataFileWriterFaultTest {

  private static final TableSchema TABLE =
      TableSchema.of(
          new Schema(
              NestedField.required(1, "k", Types.LongType.get()),
              NestedField.optional(2, "v", Types.LongType.get())),
          List.of(1));
  private static final int BATCH_ROWS = 5000;

  @TempDir Path directory;

  private final TrackingStorage tracking = new TrackingStorage(new LocalStorage());
  private final FaultStorage storage = new FaultStorage(tracking);

  @ParameterizedTest
  @EnumSource(
      value = StorageOperation.class,
      names = {"CREATE", "WRITE", "SYNC", "SYNC_DIRECTORY"})
  void aFailureOfAnyCallSurfacesAndLeavesNoFile(StorageOperation operation) throws IOException {
    for (int nth = 1; nth < 1000; nth++) {
      Path path = directory.resolve("f" + nth);
      storage.heal();
      storage.on(operation).nth(nth).failOnce();
      boolean failed = false;
      try {
        write(path);
      } catch (StorageException e) {
        failed = true;
        assertThat(e).hasMessageContaining(path.toString()).hasCauseInstanceOf(IOException.class);
      }
      tracking.assertAllClosed();
      assertThat(Files.exists(path)).isEqualTo(!failed);
      if (!failed) {
        assertThat(nth).as("calls of %s", operation).isGreaterThan(1);
        return;
      }
    }
    throw new AssertionError(operation + " was called without end");
  }

  @Test
  void aFullDiskSurfacesAndLeavesNoFile() {
    Path path = directory.resolve("f");
    storage.fullDiskAfter(100_000);
    assertThatThrownBy(() -> write(path))
        .isInstanceOf(StorageException.class)
        .hasStackTraceContaining("No space left");
    tracking.assertAllClosed();
    assertThat(Files.exists(path)).isFalse();
  }

  @Test
  void anExistingFileIsNotOverwritten() throws IOException {
    Path path = directory.resolve("f");
    Files.writeString(path, "mine");
    assertThatThrownBy(() -> write(path)).isInstanceOf(StorageException.class);
    assertThat(Files.readString(path)).isEqualTo("mine");
  }

  @Test
  void memoryIsBoundedByARowGroup() throws IOException {
    Path path = directory.resolve("f");
    WriterOptions options = WriterOptions.forLookups().withRowGroups(1 << 20, 1 << 20);
    long most = 0;
    try (DataFileWriter writer = DataFileWriter.create(storage, path.toString(), TABLE, options)) {
      for (int i = 0; i < 100; i++) {
        writer.write(batch(i));
        most = Math.max(most, writer.bytesSoFar() - Files.size(path));
      }
      assertThat(writer.finish().lengthBytes()).isEqualTo(Files.size(path));
    }
    assertThat(Files.size(path)).isGreaterThan(4 << 20);
    assertThat(most).isLessThan((1 << 20) + (512 << 10));
  }

  private void write(Path path) {
    WriterOptions options =
        WriterOptions.forLookups()
            .withRowGroups(1 << 20, 2 * BATCH_ROWS)
            .withCompression(WriterOptions.Compression.NONE);
    try (DataFileWriter writer = DataFileWriter.create(storage, path.toString(), TABLE, options)) {
      for (int i = 0; i < 6; i++) {
        writer.write(batch(i));
      }
      writer.finish();
    }
  }

  private static ColumnBatch batch(int number) {
    ColumnBatch batch = ColumnBatch.of(TABLE.schema());
    for (int i = 0; i < BATCH_ROWS; i++) {
      long key = (long) number * BATCH_ROWS + i;
      ((LongColumn) batch.column(0)).append(key);
      ((LongColumn) batch.column(1)).append(key * 0x9E3779B97F4A7C15L);
    }
    return batch;
  }
}
