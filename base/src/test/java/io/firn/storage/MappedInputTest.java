package io.firn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedInputTest {

  private static final int LENGTH = 300_000;

  /** Whole pages, whatever size they have. */
  private static final int KEPT = 2 << 16;

  @TempDir Path directory;

  private final LocalStorage storage = new LocalStorage();
  private final byte[] content = new byte[LENGTH];
  private Path file;

  @BeforeEach
  void write() throws IOException {
    new Random(1).nextBytes(content);
    file = Files.write(directory.resolve("file"), content);
  }

  private InputFileHandle open() throws IOException {
    InputFileHandle input = storage.openForShortReads(file.toString());
    assertThat(input).isInstanceOf(MappedInput.class);
    return input;
  }

  private static boolean isMapped(Path file) throws IOException {
    try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
      return mappings.anyMatch(mapping -> mapping.contains(file.toString()));
    }
  }

  @Test
  void itIsReadLikeAnyFile() throws IOException {
    try (InputFileHandle input = open()) {
      assertThat(input.path()).isEqualTo(file.toString());
      assertThat(input.length()).isEqualTo(LENGTH);
      byte[] all = new byte[LENGTH];
      input.readFully(0, all, 0, LENGTH);
      assertThat(all).isEqualTo(content);
      byte[] some = new byte[20];
      input.readFully(LENGTH - 7, some, 3, 7);
      assertThat(Arrays.copyOfRange(some, 3, 10))
          .isEqualTo(Arrays.copyOfRange(content, LENGTH - 7, LENGTH));
      assertThatThrownBy(() -> input.readFully(LENGTH - 7, some, 0, 8))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void theMappingGoesWithTheFile() throws IOException {
    InputFileHandle input = open();
    assertThat(isMapped(file)).isTrue();
    input.close();
    input.close();
    assertThat(isMapped(file)).isFalse();
    assertThatThrownBy(() -> input.readFully(0, new byte[1], 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is closed");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 50_000})
  void aFileThatHasLostItsEndIsAnErrorInCompiledCodeToo(int readsBefore) throws IOException {
    try (InputFileHandle input = open()) {
      byte[] some = new byte[100];
      for (int i = 0; i < readsBefore; i++) {
        input.readFully(i, some, 0, some.length);
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(KEPT);
      }
      for (int i = 0; i < 2000; i++) {
        byte[] target = new byte[1 + i % 300];
        // One byte at least is no longer there, and all of them at most.
        int at = KEPT - target.length + 1 + i * 7 % target.length;
        assertThatThrownBy(() -> input.readFully(at, target, 0, target.length))
            .isInstanceOf(IOException.class)
            .hasMessage(file + " cannot be read at byte " + at);
      }
    }
  }

  @Test
  void contentThatLooksLikeAFailedCopyIsRead() throws IOException {
    for (int mark : new int[] {0x5D, 0xA2}) {
      Arrays.fill(content, (byte) mark);
      Files.write(file, content);
      try (InputFileHandle input = open()) {
        for (int length : new int[] {0, 1, 7, 8, 9, 10_000}) {
          byte[] some = new byte[length];
          input.readFully(LENGTH - length, some, 0, length);
          assertThat(some).isEqualTo(Arrays.copyOf(content, length));
        }
      }
    }
  }

  @Test
  void aFewBytesAreReadWhereverTheyStandAndFewBytesInAllAsFromAnyFile() throws IOException {
    try (InputFileHandle input = open()) {
      for (int at : new int[] {0, 1, 100, LENGTH - 20, LENGTH - 15, LENGTH - 3}) {
        for (int length = 0; length <= Math.min(17, LENGTH - at); length++) {
          byte[] some = new byte[length + 2];
          input.readFully(at, some, 1, length);
          assertThat(Arrays.copyOfRange(some, 1, length + 1))
              .isEqualTo(Arrays.copyOfRange(content, at, at + length));
          assertThat(some[0] + some[length + 1]).isZero();
        }
      }
    }
    Files.write(file, new byte[] {1, 2, 3});
    try (InputFileHandle input = storage.openForShortReads(file.toString())) {
      byte[] two = new byte[2];
      input.readFully(1, two, 0, 2);
      assertThat(two).containsExactly(2, 3);
    }
  }

  @Test
  void anInterruptedThreadOpensAndReads() throws IOException {
    Thread.currentThread().interrupt();
    try (InputFileHandle input = open()) {
      byte[] all = new byte[LENGTH];
      input.readFully(0, all, 0, LENGTH);
      assertThat(all).isEqualTo(content);
    }
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aMissingFileAndOneTooLargeAreRefused() throws IOException {
    assertThatThrownBy(() -> storage.openForShortReads(file + "-missing"))
        .isInstanceOf(NoSuchFileException.class);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.allocate(1), 1L << 31);
    }
    assertThatThrownBy(() -> storage.openForShortReads(file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too large");
  }

  @Test
  void whoeverReadsWhileItIsClosedGetsTheBytesOrAnError() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < 200; round++) {
        InputFileHandle input = open();
        CountDownLatch begun = new CountDownLatch(3);
        Callable<Void> reader =
            () -> {
              byte[] some = new byte[1000];
              begun.countDown();
              Random random = new Random();
              while (true) {
                int at = random.nextInt(LENGTH - some.length);
                try {
                  input.readFully(at, some, 0, some.length);
                } catch (IOException closed) {
                  assertThat(closed).hasMessageContaining("is closed");
                  return null;
                }
                assertThat(Arrays.equals(some, Arrays.copyOfRange(content, at, at + some.length)))
                    .isTrue();
              }
            };
        List<Future<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          readers.add(threads.submit(reader));
        }
        begun.await();
        input.close();
        for (Future<Void> each : readers) {
          each.get();
        }
        assertThat(isMapped(file)).isFalse();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
