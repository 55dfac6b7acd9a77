package io.firn.engine.internal.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.internal.wal.Ops.Replay;
import io.firn.error.FirnException;
import io.firn.service.ManualTicker;
import io.firn.service.ServiceEnvironment;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import io.firn.testkit.SurvivalMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A crash at every call that changes something, and what is left of the unsynced. */
class LogCrashTest {

  private static final UUID TABLE = new UUID(1, 2);
  private static final String DIRECTORY = "/table/wal";
  private static final int CRASHES_MAX = 400;

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @RegisterExtension final Seeds seeds = new Seeds();

  private final ManualTicker ticker = new ManualTicker();

  /** What was written over all lives, and how much of it must be there. */
  private static final class Expected {
    final List<String> operations = new ArrayList<>();
    long durable = -1;
  }

  @ParameterizedTest
  @EnumSource
  void whatWasDurableSurvivesACrashAnywhereAndTheRestIsAPrefix(SurvivalMode mode) {
    boolean reachedTheEnd = false;
    for (int crash = 0; crash < CRASHES_MAX && !reachedTheEnd; crash++) {
      Random random = seeds.random(crash);
      Expected expected = new Expected();
      CrashStorage storage = new CrashStorage();
      for (int life = 0; life < 3; life++) {
        storage.crashAfterMutations(life == 0 ? crash : random.nextInt(20));
        write(storage, random, expected);
        reachedTheEnd |= life == 0 && !storage.crashed();
        storage = storage.crash(mode, seeds.seed() + crash);
        recoverAndCompare(storage, expected);
        storage = storage.crash(mode, seeds.seed() - crash);
      }
    }
    assertThat(reachedTheEnd).isTrue();
  }

  private void write(CrashStorage storage, Random random, Expected expected) {
    WriteAheadLog log;
    try {
      log = open(storage);
    } catch (FirnException crashed) {
      return;
    }
    try {
      log.recover(0, new Replay());
      for (int i = 0; i < 25; i++) {
        LogSync sync = random.nextInt(3) == 0 ? LogSync.NOW : LogSync.NEVER;
        Ops batch = Ops.random(random);
        expected.operations.addAll(batch.printed(log.lastSequence() + batch.size()));
        long last = log.append(batch, sync);
        if (sync == LogSync.NOW) {
          log.awaitDurable(last);
          expected.durable = last;
        }
        if (random.nextInt(6) == 0) {
          log.rotate();
        }
      }
    } catch (FirnException crashed) {
      assertThat(storage.crashed()).isTrue();
    } finally {
      close(log);
    }
  }

  private WriteAheadLog open(CrashStorage storage) {
    return WriteAheadLog.open(
        storage,
        DIRECTORY,
        TABLE,
        WalOptions.standard(0, 1)
            .withBufferBytes(100)
            .in(ServiceEnvironment.system().withTicker(ticker)));
  }

  /** The files must be what the log would have been, had it been closed here. */
  private void recoverAndCompare(CrashStorage storage, Expected expected) {
    WriteAheadLog log = open(storage);
    try {
      Replay replay = new Replay();
      log.recover(0, replay);
      int found = replay.operations.size();
      assertThat(replay.operations).isEqualTo(expected.operations.subList(0, found));
      assertThat((long) found).isGreaterThan(expected.durable);
      expected.operations.subList(found, expected.operations.size()).clear();
      expected.durable = found - 1L;
    } finally {
      close(log);
    }
  }

  private static void close(WriteAheadLog log) {
    try {
      log.close();
    } catch (FirnException repeated) {
      assertThat(repeated).hasMessageContaining(DIRECTORY);
    }
  }
}
