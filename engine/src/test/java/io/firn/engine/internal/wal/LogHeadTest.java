package io.firn.engine.internal.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.internal.wal.Ops.Replay;
import io.firn.error.CorruptionException;
import io.firn.error.FirnException;
import io.firn.service.ManualTicker;
import io.firn.service.ServiceEnvironment;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loss of the newest segment, of which no other segment tells. */
class LogHeadTest {

  private static final UUID TABLE = new UUID(1, 2);
  private static final int CRASHES_MAX = 400;

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path temp;

  private final ManualTicker ticker = new ManualTicker();
  private final Storage local = new LocalStorage();

  private WriteAheadLog open(Storage storage, WalOptions options) {
    return WriteAheadLog.open(
        storage,
        temp.resolve("wal").toString(),
        TABLE,
        options.in(ServiceEnvironment.system().withTicker(ticker)));
  }

  private Replay recover(long from, WalOptions options) {
    Replay replay = new Replay();
    try (WriteAheadLog log = open(local, options)) {
      log.recover(from, replay);
    }
    return replay;
  }

  private Replay recover(long from) {
    return recover(from, WalOptions.standard(0, 1));
  }

  /** Two operations in the first segment and two in the second, the newest. */
  private void write() {
    try (WriteAheadLog log = open(local, WalOptions.standard(0, 1))) {
      log.recover(0, new Replay());
      log.append(Ops.put("a", "1"));
      log.append(Ops.put("b", "2"));
      log.rotate();
      log.append(Ops.put("c", "3"));
      log.awaitDurable(log.append(Ops.put("d", "4"), LogSync.NOW));
    }
  }

  private Path segment(int number) {
    return temp.resolve(String.format("wal/%020d.wal", number));
  }

  private Path head() {
    return temp.resolve("wal/head");
  }

  @Test
  void theLossOfTheNewestSegmentIsDamageThatNamesIt() throws Exception {
    write();
    Files.delete(segment(2));
    assertThatThrownBy(() -> recover(0))
        .isInstanceOfSatisfying(
            CorruptionException.class, e -> assertThat(e.file()).isEqualTo(segment(2).toString()))
        .hasMessageContaining("missing")
        .hasMessageContaining("operation 2");
    assertThat(LogInspection.of(local, temp.resolve("wal").toString(), TABLE, 0).lost())
        .isEqualTo(LogInspection.UNKNOWN);
    assertThat(segment(1)).exists();
  }

  @Test
  void whatACrashLeftOfASuccessorDoesNotHideTheLoss() throws Exception {
    write();
    Files.delete(segment(2));
    Files.write(segment(3), new byte[10]);
    assertThatThrownBy(() -> recover(0))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(segment(2).toString());
    assertThat(LogInspection.of(local, temp.resolve("wal").toString(), TABLE, 0).lost())
        .isEqualTo(LogInspection.UNKNOWN);
    assertThat(
            recover(0, WalOptions.standard(0, 1).withDamage(WalOptions.Damage.SALVAGE)).operations)
        .hasSize(2);
    assertThat(recover(0).operations).hasSize(2);
  }

  @Test
  void soIsTheLossOfOneThatHoldsNothingYetOrOfAllOfThem() throws Exception {
    write();
    assertThat(recover(0).operations).hasSize(4);
    Files.delete(segment(3));
    assertThatThrownBy(() -> recover(0))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(segment(3).toString());
    Files.delete(segment(2));
    Files.delete(segment(1));
    assertThatThrownBy(() -> recover(0)).isInstanceOf(CorruptionException.class);
  }

  @Test
  void whatTheTableHasMayBeMissing() throws Exception {
    write();
    Files.delete(segment(2));
    assertThat(recover(4).operations).isEmpty();
  }

  @Test
  void salvageGoesOnWithoutItAndUsesNoNumberTwice() throws Exception {
    write();
    Files.delete(segment(2));
    assertThat(
            recover(0, WalOptions.standard(0, 1).withDamage(WalOptions.Damage.SALVAGE)).operations)
        .hasSize(2);
    assertThat(segment(2)).doesNotExist();
    assertThat(segment(3)).exists();
    assertThat(recover(0).operations).hasSize(2);
  }

  @Test
  void aLogFromBeforeThereWereHeadsOpensAndHasOneFromThenOn() throws Exception {
    write();
    for (int number = 1; number <= 2; number++) {
      byte[] bytes = Files.readAllBytes(segment(number));
      ByteBuffer header = ByteBuffer.wrap(bytes);
      assertThat(header.getInt(60)).isEqualTo(1);
      header.putInt(60, 0);
      CRC32C crc = new CRC32C();
      crc.update(bytes, 0, SegmentHeader.BYTES - 4);
      header.putInt(SegmentHeader.BYTES - 4, (int) crc.getValue());
      Files.write(segment(number), bytes);
    }
    Files.delete(head());
    assertThat(recover(0).operations).hasSize(4);
    Files.delete(segment(3));
    assertThatThrownBy(() -> recover(0)).hasMessageContaining(segment(3).toString());
  }

  @Test
  void aHeadThatIsMissingOrCutIsNamedAndCanBeWrittenAnew() throws Exception {
    write();
    byte[] whole = Files.readAllBytes(head());
    for (int length = -1; length < whole.length; length++) {
      Files.deleteIfExists(head());
      if (length >= 0) {
        Files.write(head(), Arrays.copyOf(whole, length));
      }
      assertThatThrownBy(() -> recover(0))
          .isInstanceOfSatisfying(
              CorruptionException.class, e -> assertThat(e.file()).isEqualTo(head().toString()));
    }
    HeadRepair repair = new HeadRepair(local, temp.resolve("wal").toString(), TABLE);
    assertThat(repair.damage()).isNotNull();
    repair.mend();
    assertThat(repair.damage()).isNull();
    assertThat(temp.resolve("wal/head.damaged")).exists();
    assertThat(recover(0).operations).hasSize(4);
  }

  /** Of one life: what the table has, and what must be found again. */
  private static final class Expected {
    long flushed = -1;
    long durable = -1;
  }

  @ParameterizedTest
  @EnumSource
  void noCrashMakesASegmentLookLost(SurvivalMode mode) {
    boolean reachedTheEnd = false;
    for (int crash = 0; crash < CRASHES_MAX && !reachedTheEnd; crash++) {
      Random random = seeds.random(crash % 5);
      Expected expected = new Expected();
      CrashStorage storage = new CrashStorage();
      for (int life = 0; life < 3; life++) {
        storage.crashAfterMutations(life == 0 ? crash : random.nextInt(30));
        live(storage, random, expected);
        reachedTheEnd |= life == 0 && !storage.crashed();
        storage = storage.crash(mode, seeds.seed() + crash);
      }
      Replay replay = new Replay();
      WriteAheadLog log = open(storage, WalOptions.standard(0, 1));
      try {
        Recovery recovery = log.recover(expected.flushed + 1, replay);
        assertThat(recovery.lastSequence()).isGreaterThanOrEqualTo(expected.durable);
      } finally {
        log.close();
      }
    }
    assertThat(reachedTheEnd).isTrue();
  }

  /** Writes, rotates and releases as an engine does, until the storage crashes. */
  private void live(CrashStorage storage, Random random, Expected expected) {
    WriteAheadLog log;
    try {
      log = open(storage, WalOptions.standard(0, 1).withBufferBytes(100));
    } catch (FirnException crashed) {
      assertThat(crashed).isNotInstanceOf(CorruptionException.class);
      return;
    }
    try {
      Deque<Recovery.Segment> sealed =
          new ArrayDeque<>(log.recover(expected.flushed + 1, new Replay()).segments());
      expected.durable = Math.max(expected.durable, log.lastSequence());
      for (int i = 0; i < 25; i++) {
        boolean sync = random.nextInt(3) == 0;
        switch (random.nextInt(5)) {
          case 0 -> {
            long last = log.lastSequence();
            sealed.add(new Recovery.Segment(log.rotate(), "", last));
          }
          case 1 -> {
            Recovery.Segment oldest = sealed.poll();
            if (oldest != null) {
              log.ensureDurable(oldest.number());
              expected.flushed = Math.max(expected.flushed, oldest.lastSequence());
              log.release(oldest.number());
            }
          }
          default -> {
            long last = log.append(Ops.random(random), sync ? LogSync.NOW : LogSync.NEVER);
            if (sync) {
              log.awaitDurable(last);
              expected.durable = last;
            }
          }
        }
        expected.durable = Math.max(expected.durable, expected.flushed);
      }
    } catch (FirnException crashed) {
      assertThat(crashed).isNotInstanceOf(CorruptionException.class);
      assertThat(storage.crashed()).isTrue();
    } finally {
      try {
        log.close();
      } catch (FirnException repeated) {
        assertThat(storage.crashed()).isTrue();
      }
    }
  }

  @Test
  void aDirectoryThatIsGoneAsAWholeIsAnEmptyLog() throws IOException {
    write();
    try (var files = Files.list(temp.resolve("wal"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    assertThat(recover(0).operations).isEmpty();
  }
}
