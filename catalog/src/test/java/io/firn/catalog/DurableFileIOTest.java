package io.firn.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Seeds;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.TrackingStorage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is closed is durable, and what is read is what was written. */
class DurableFileIOTest {
  @RegisterExtension final Seeds seeds = new Seeds();

  private final DurableFileIO io = new DurableFileIO();

  @TempDir Path directory;

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private static void write(DurableFileIO io, String path, byte[] bytes) throws IOException {
    try (PositionOutputStream out = io.newOutputFile(path).create()) {
      out.write(bytes);
    }
  }

  @Test
  void aClosedFileAndItsNameAreSynced() throws IOException {
    CountingStorage counting = new CountingStorage(new LocalStorage());
    write(new DurableFileIO(counting), path("sub/file"), new byte[100]);
    assertThat(counting.calls(StorageOperation.SYNC, PathPattern.glob("**/sub/file"))).isEqualTo(1);
    assertThat(counting.calls(StorageOperation.SYNC_DIRECTORY, PathPattern.glob("**/sub")))
        .isEqualTo(1);
  }

  @Test
  void aFileThatCannotBeSyncedOrWrittenIsNotReportedAsClosed() throws IOException {
    for (StorageOperation operation :
        List.of(StorageOperation.SYNC, StorageOperation.SYNC_DIRECTORY, StorageOperation.WRITE)) {
      FaultStorage faults = new FaultStorage(new LocalStorage());
      faults.on(operation).failOnce();
      assertThatThrownBy(
              () -> write(new DurableFileIO(faults), path("f-" + operation), new byte[100]))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aStreamThatFailedOnceStaysFailed() throws IOException {
    FaultStorage faults = new FaultStorage(new LocalStorage());
    PositionOutputStream out = new DurableFileIO(faults).newOutputFile(path("f")).create();
    faults.on(StorageOperation.WRITE).failOnce();
    assertThatThrownBy(() -> out.write(new byte[100_000])).isInstanceOf(IOException.class);
    assertThatThrownBy(out::close)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("incomplete");
  }

  /** Avro's writer flushes first when it is closed, and leaves the stream open if that fails. */
  @Test
  void aFileThatCannotBeWrittenIsNotLeftOpen() throws IOException {
    FaultStorage faults = new FaultStorage(new LocalStorage());
    TrackingStorage tracking = new TrackingStorage(faults);
    DurableFileIO failing = new DurableFileIO(tracking);
    faults.on(StorageOperation.WRITE).failForGood();
    OutputFile file = failing.newOutputFile(path("a-m0.avro"));
    assertThatThrownBy(() -> ManifestFiles.write(PartitionSpec.unpartitioned(), file).close())
        .hasStackTraceContaining("Injected failure");
    tracking.assertAllClosed();
  }

  @Test
  void whatKeptAFileFromBeingWrittenIsToldThoughItCannotBeClosedEither() throws IOException {
    FaultStorage faults = new FaultStorage(new LocalStorage());
    faults.on(StorageOperation.WRITE).failForGood(() -> new IOException("no room"));
    faults.on(StorageOperation.CLOSE_OUTPUT).failForGood(() -> new IOException("no way to close"));
    PositionOutputStream out = new DurableFileIO(faults).newOutputFile(path("f")).create();
    out.write(1);
    assertThatThrownBy(out::flush)
        .hasMessage("no room")
        .satisfies(
            told ->
                assertThat(told.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("no way to close"));
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    Random random = seeds.random();
    byte[] bytes = new byte[300_000];
    random.nextBytes(bytes);
    try (PositionOutputStream out = io.newOutputFile(path("f")).create()) {
      int at = 0;
      while (at < bytes.length) {
        int length =
            Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 10 : 60_000));
        if (length == 1) {
          out.write(bytes[at]);
        } else {
          out.write(bytes, at, length);
        }
        at += length;
        assertThat(out.getPos()).isEqualTo(at);
      }
    }
    assertThat(io.newInputFile(path("f")).getLength()).isEqualTo(bytes.length);
    try (SeekableInputStream in = io.newInputFile("file:" + path("f")).newStream()) {
      for (int round = 0; round < 2000; round++) {
        int at = random.nextInt(bytes.length);
        if (random.nextInt(3) > 0) {
          in.seek(at);
        } else {
          at = (int) in.getPos();
        }
        if (random.nextBoolean()) {
          assertThat(in.read()).isEqualTo(at < bytes.length ? bytes[at] & 0xFF : -1);
        } else {
          byte[] read = new byte[1 + random.nextInt(70_000)];
          int count = in.readNBytes(read, 0, read.length);
          assertThat(count).isEqualTo(Math.min(read.length, bytes.length - at));
          assertThat(java.util.Arrays.equals(read, 0, count, bytes, at, at + count)).isTrue();
        }
      }
    }
  }

  @Test
  void createRefusesAnExistingFileAndOverwriteReplacesIt() throws IOException {
    write(io, path("f"), new byte[] {1});
    assertThatThrownBy(() -> io.newOutputFile(path("f")).create())
        .isInstanceOf(AlreadyExistsException.class);
    try (PositionOutputStream out = io.newOutputFile(path("f")).createOrOverwrite()) {
      out.write(new byte[] {2, 3});
    }
    assertThat(io.newInputFile(path("f")).getLength()).isEqualTo(2);
  }

  @Test
  void missingFilesAreNamed() {
    assertThatThrownBy(() -> io.newInputFile(path("none")).newStream())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("none");
    assertThatThrownBy(() -> io.newInputFile(path("none")).getLength())
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> io.deleteFile(path("none"))).isInstanceOf(NotFoundException.class);
    assertThat(io.newInputFile(path("none")).exists()).isFalse();
  }

  @Test
  void onlyAbsoluteLocalPathsAreAccepted() {
    for (String path :
        List.of("s3://bucket/key", "hdfs://host/file", "relative/file", "file:rel")) {
      assertThatThrownBy(() -> io.newInputFile(path))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining(path);
      assertThatThrownBy(() -> io.newOutputFile(path)).isInstanceOf(InvalidArgumentException.class);
    }
  }

  @Test
  void prefixesAreListedAndDeleted() throws IOException {
    write(io, path("p/a"), new byte[1]);
    write(io, path("p/q/b"), new byte[2]);
    write(io, path("other"), new byte[3]);
    List<String> listed = new ArrayList<>();
    io.listPrefix(path("p/")).forEach(file -> listed.add(file.location()));
    assertThat(listed).containsExactlyInAnyOrder(path("p/a"), path("p/q/b"));
    io.deletePrefix(path("p"));
    assertThat(io.listPrefix(path("p"))).isEmpty();
    assertThat(io.newInputFile(path("other")).exists()).isTrue();
  }

  @Test
  void aBulkDeleteDeletesWhatItCanAndCountsTheRest() throws IOException {
    FaultStorage faults = new FaultStorage(new LocalStorage());
    DurableFileIO faulty = new DurableFileIO(faults);
    write(faulty, path("a"), new byte[1]);
    write(faulty, path("b"), new byte[1]);
    faults.on(StorageOperation.DELETE, PathPattern.glob("**/a")).failOnce();
    List<String> all = List.of(path("a"), path("none"), path("b"));
    assertThatThrownBy(() -> faulty.deleteFiles(all))
        .isInstanceOf(BulkDeletionFailureException.class)
        .hasMessageContaining("1");
    assertThat(faulty.newInputFile(path("b")).exists()).isFalse();
    faulty.deleteFiles(all);
    assertThat(faulty.newInputFile(path("a")).exists()).isFalse();
  }

  @Test
  void itTravelsAndFindsItsStorageByProperty() throws Exception {
    CountingStorage counting = new CountingStorage(new LocalStorage());
    try (DurableFileIO.Registration registered = DurableFileIO.register("mine", counting)) {
      DurableFileIO made = new DurableFileIO();
      made.initialize(Map.of(DurableFileIO.STORAGE_ID, "mine"));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(made);
      }
      DurableFileIO copy;
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        copy = (DurableFileIO) in.readObject();
      }
      write(copy, path("f"), new byte[1]);
      assertThat(counting.calls(StorageOperation.CREATE)).isEqualTo(1);
      assertThat(copy.properties()).containsEntry(DurableFileIO.STORAGE_ID, "mine");
    }
    DurableFileIO late = new DurableFileIO();
    late.initialize(Map.of(DurableFileIO.STORAGE_ID, "mine"));
    assertThatThrownBy(() -> late.newInputFile(path("f")).exists())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFailureOfStorageIsIcebergs() {
    FaultStorage faults = new FaultStorage(new LocalStorage());
    faults.on(StorageOperation.EXISTS).failOnce();
    assertThatThrownBy(() -> new DurableFileIO(faults).newInputFile(path("f")).exists())
        .isInstanceOf(UncheckedIOException.class);
  }
}
