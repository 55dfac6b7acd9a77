package io.firn.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.storage.InputFileHandle;
import io.firn.storage.LocalStorage;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CrashStorageTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  private final CrashStorage storage = new CrashStorage();

  @BeforeEach
  void directory() throws IOException {
    storage.createDirectories("/db/wal");
  }

  @ParameterizedTest
  @EnumSource(SurvivalMode.class)
  void syncedBytesUnderASyncedNameSurviveEveryCrash(SurvivalMode mode) throws IOException {
    try (OutputFileHandle file = storage.create("/db/a")) {
      write(file, "durable");
      file.sync();
      storage.syncDirectory("/db");
      write(file, " volatile");
    }
    CrashStorage after = storage.crash(mode, seeds.seed());
    assertThat(read(after, "/db/a")).startsWith("durable");
    if (mode == SurvivalMode.NONE) {
      assertThat(read(after, "/db/a")).isEqualTo("durable");
    }
    if (mode == SurvivalMode.ALL) {
      assertThat(read(after, "/db/a")).isEqualTo("durable volatile");
    }
  }

  @Test
  void aReorderingDiskWritesLaterSectorsWithoutEarlierOnes() throws IOException {
    String sectors = "a".repeat(512) + "b".repeat(512);
    boolean reordered = false;
    for (int seed = 0; seed < 200 && !reordered; seed++) {
      CrashStorage one = new CrashStorage();
      one.createDirectories("/db");
      try (OutputFileHandle file = one.create("/db/a")) {
        one.syncDirectory("/db");
        write(file, sectors);
      }
      String found = read(one.crash(SurvivalMode.REORDERED, seed), "/db/a");
      reordered = found.startsWith("\0") && found.endsWith("b");
    }
    assertThat(reordered).isTrue();
  }

  @Test
  void aNameThatWasNotSyncedIsGone() throws IOException {
    try (OutputFileHandle file = storage.create("/db/a")) {
      write(file, "bytes");
      file.sync();
    }
    assertThat(storage.crash(SurvivalMode.NONE, 1).exists("/db/a")).isFalse();
  }

  @Test
  void aKilledProcessLeavesEverythingAndMakesNothingDurable() throws IOException {
    try (OutputFileHandle file = storage.create("/db/a")) {
      write(file, "bytes");
    }
    CrashStorage killed = storage.crash(SurvivalMode.ALL, 1);
    assertThat(read(killed, "/db/a")).isEqualTo("bytes");
    assertThat(killed.crash(SurvivalMode.NONE, 1).exists("/db/a")).isFalse();
  }

  @Test
  void anotherProcessMayMakeDurableWhatAKilledOneWrote() throws IOException {
    try (OutputFileHandle file = storage.create("/db/a")) {
      write(file, "bytes");
    }
    CrashStorage killed = storage.crash(SurvivalMode.ALL, 1);
    killed.syncFile("/db/a");
    killed.syncDirectory("/db");
    assertThat(read(killed.crash(SurvivalMode.NONE, 1), "/db/a")).isEqualTo("bytes");
  }

  @Test
  void aDeletedFileComesBackUnlessItsDirectoryWasSynced() throws IOException {
    durable("/db/a", "a");
    durable("/db/b", "b");
    storage.delete("/db/a");
    storage.syncDirectory("/db");
    storage.delete("/db/b");
    CrashStorage after = storage.crash(SurvivalMode.NONE, 1);
    assertThat(after.exists("/db/a")).isFalse();
    assertThat(read(after, "/db/b")).isEqualTo("b");
  }

  @Test
  void aRenameIsWholeOrNotAtAll() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (long seed = 0; seed < 64; seed++) {
      CrashStorage one = new CrashStorage();
      one.createDirectories("/db");
      durable(one, "/db/CURRENT", "old");
      durable(one, "/db/new", "new");
      one.replace("/db/new", "/db/CURRENT");
      CrashStorage after = one.crash(SurvivalMode.RANDOM, seed);
      outcomes.add(read(after, "/db/CURRENT") + after.exists("/db/new"));
    }
    assertThat(outcomes).containsExactlyInAnyOrder("oldtrue", "newfalse");
  }

  @Test
  void unsyncedEndsAreCutAnywhereAndTorn() throws IOException {
    Set<Integer> lengths = new HashSet<>();
    Set<Boolean> damaged = new HashSet<>();
    for (long seed = 0; seed < 64; seed++) {
      CrashStorage one = new CrashStorage();
      one.createDirectories("/db");
      try (OutputFileHandle file = one.create("/db/a")) {
        one.syncDirectory("/db");
        write(file, "x".repeat(4000));
      }
      String found = read(one.crash(SurvivalMode.TORN, seed), "/db/a");
      lengths.add(found.length());
      damaged.add(!found.equals("x".repeat(found.length())));
    }
    assertThat(lengths).hasSizeGreaterThan(8);
    assertThat(damaged).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void aCrashIsTheSameForTheSameSeed() throws IOException {
    try (OutputFileHandle file = storage.create("/db/a")) {
      storage.syncDirectory("/db");
      write(file, "x".repeat(4000));
    }
    String first = read(storage.crash(SurvivalMode.TORN, 7), "/db/a");
    assertThat(read(storage.crash(SurvivalMode.TORN, 7), "/db/a")).isEqualTo(first);
  }

  @Test
  void oneCrashHasAnySurvivorsAndTheyShareNothing() throws IOException {
    durable("/db/a", "durable");
    try (OutputFileHandle file = storage.create("/db/b")) {
      write(file, "volatile");
    }
    CrashStorage nothing = storage.crash(SurvivalMode.NONE, seeds.seed());
    CrashStorage everything = storage.crash(SurvivalMode.ALL, seeds.seed());
    nothing.delete("/db/a");
    assertThat(nothing.list("/db")).isEmpty();
    assertThat(read(everything, "/db/a")).isEqualTo("durable");
    assertThat(read(everything, "/db/b")).isEqualTo("volatile");
    assertThat(storage.crash(SurvivalMode.NONE, seeds.seed()).list("/db")).hasSize(1);
  }

  @Test
  void nothingWorksAfterTheCrash() throws IOException {
    OutputFileHandle file = storage.create("/db/a");
    storage.crash(SurvivalMode.ALL, 1);
    assertThatThrownBy(() -> write(file, "late")).hasMessageContaining("crashed");
    assertThatThrownBy(() -> storage.create("/db/b")).hasMessageContaining("crashed");
    assertThatThrownBy(() -> storage.list("/db")).hasMessageContaining("crashed");
  }

  @Test
  void theCrashComesAfterTheGivenNumberOfChanges() throws IOException {
    long before = storage.mutations();
    storage.crashAfterMutations(2);
    OutputFileHandle file = storage.create("/db/a");
    write(file, "1");
    assertThatThrownBy(() -> write(file, "2")).hasMessageContaining("crashed");
    assertThat(storage.crashed()).isTrue();
    assertThat(storage.mutations()).isEqualTo(before + 2);
    assertThat(read(storage.crash(SurvivalMode.ALL, 1), "/db/a")).isEqualTo("1");
  }

  @Test
  void namesAreExclusiveAndMissingOnesAreTyped() throws IOException {
    durable("/db/a", "a");
    durable("/db/b", "b");
    assertThatThrownBy(() -> storage.create("/db/a"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> storage.publish("/db/a", "/db/b"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> storage.open("/db/c")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.create("/none/c")).isInstanceOf(NoSuchFileException.class);
    storage.publish("/db/a", "/db/wal/a");
    assertThat(storage.list("/db")).extracting(Storage.FileStatus::path).containsExactly("/db/b");
    assertThat(storage.listDirectories("/db")).containsExactly("/db/wal");
  }

  @Test
  void aLockExcludesUntilItIsReleasedOrTheProcessDies() throws IOException {
    Storage.FileLease lease = storage.lock("/db/LOCK");
    assertThatThrownBy(() -> storage.lock("/db/LOCK"))
        .isInstanceOf(Storage.LockHeldException.class);
    lease.close();
    storage.lock("/db/LOCK");
    storage.crash(SurvivalMode.ALL, 1).lock("/db/LOCK").close();
  }

  @Test
  void theFilesCanBeCopiedToARealDirectory(@TempDir Path real) throws IOException {
    storage.createDirectories(real.toString());
    durable(real + "/a", "content");
    storage.copyTo(new LocalStorage(), real.toString());
    assertThat(real.resolve("a")).hasContent("content");
    assertThat(storage.list(real.toString())).hasSize(1);
  }

  private void durable(String path, String text) throws IOException {
    durable(storage, path, text);
  }

  private static void durable(Storage storage, String path, String text) throws IOException {
    CountingStorageTest.write(storage, path, text);
    storage.syncDirectory(path.substring(0, path.lastIndexOf('/')));
  }

  private static void write(OutputFileHandle file, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    file.write(bytes, 0, bytes.length);
  }

  private static String read(Storage storage, String path) throws IOException {
    try (InputFileHandle file = storage.open(path)) {
      byte[] bytes = new byte[(int) file.length()];
      file.readFully(0, bytes, 0, bytes.length);
      return new String(bytes, UTF_8);
    }
  }
}
