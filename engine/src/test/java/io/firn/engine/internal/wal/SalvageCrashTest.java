package io.firn.engine.internal.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.internal.wal.Ops.Replay;
import io.firn.error.FirnException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A salvage that a crash ends anywhere: done again, it finds what it would have found at once. */
class SalvageCrashTest {

  private static final String DIRECTORY = "/wal";
  private static final UUID TABLE = new UUID(5, 6);
  private static final String DAMAGED = DIRECTORY + "/00000000000000000002.wal";
  private static final int RECORDS = 6;

  private final List<String> written = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void noOperationBeforeTheDamageIsLost(SurvivalMode mode) throws IOException {
    boolean reachedTheEnd = false;
    for (int crash = 0; crash < 60 && !reachedTheEnd; crash++) {
      CrashStorage storage = damaged();
      storage.crashAfterMutations(crash);
      try {
        assertThat(salvage(storage)).isEqualTo(good());
        reachedTheEnd = !storage.crashed();
      } catch (FirnException e) {
        assertThat(storage.crashed()).as("an error without a crash: " + e).isTrue();
      }
      CrashStorage left = storage.crash(mode, crash);
      assertThat(salvage(left)).as("crash after %d changes", crash).isEqualTo(good());
    }
    assertThat(reachedTheEnd).isTrue();
  }

  /** Everything up to the middle of the second of four segments. */
  private List<String> good() {
    return written.subList(0, RECORDS + RECORDS / 2);
  }

  private static WriteAheadLog open(CrashStorage storage) {
    return WriteAheadLog.open(
        storage, DIRECTORY, TABLE, WalOptions.standard(0, 1).withDamage(WalOptions.Damage.SALVAGE));
  }

  private static List<String> salvage(CrashStorage storage) {
    Replay replay = new Replay();
    try (WriteAheadLog log = open(storage)) {
      Recovery ignored = log.recover(0, replay);
    }
    return replay.operations;
  }

  private CrashStorage damaged() throws IOException {
    written.clear();
    CrashStorage storage = new CrashStorage();
    try (WriteAheadLog log = open(storage)) {
      Recovery ignored = log.recover(0, new Replay());
      for (int segment = 0; segment < 4; segment++) {
        for (int i = 0; i < RECORDS; i++) {
          Ops batch = Ops.put("key " + i, "row " + segment);
          written.addAll(batch.printed(log.lastSequence() + 1));
          log.awaitDurable(log.append(batch));
        }
        log.rotate();
      }
    }
    byte[] bytes;
    try (InputFileHandle file = storage.open(DAMAGED)) {
      bytes = new byte[(int) file.length()];
      file.readFully(0, bytes, 0, bytes.length);
    }
    // All records are of the same length.
    int record = (bytes.length - SegmentHeader.BYTES) / RECORDS;
    bytes[SegmentHeader.BYTES + RECORDS / 2 * record + 10] ^= 1;
    storage.delete(DAMAGED);
    try (OutputFileHandle file = storage.create(DAMAGED)) {
      file.write(bytes, 0, bytes.length);
      file.sync();
    }
    storage.syncDirectory(DIRECTORY);
    return storage;
  }
}
