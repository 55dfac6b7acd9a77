package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.PathPattern;
import io.firn.testkit.StorageOperation;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The workload notices by which errors a table refuses writes for good. */
class FaultyWorkloadTest {

  private final FaultStorage storage = new FaultStorage(new CrashStorage());
  private final FaultyWorkload workload = new FaultyWorkload(new Random(1), new Ledger());

  private void run() {
    try (FirnTable table = Workload.table(storage, "/faulty/table").open()) {
      for (int step = 0; step < 60; step++) {
        workload.step(table, step);
      }
    } catch (FirnException closing) {
      assertThat(closing).hasMessageContaining("failed");
    }
  }

  @Test
  void aLogThatFailsEndsWriting() {
    storage.on(StorageOperation.SYNC, PathPattern.glob("**/*.wal")).nth(30).failForGood();
    run();
    assertThat(workload.refused()).isTrue();
  }

  @Test
  void aCommitThatMayNotBeDurableEndsWriting() {
    storage
        .on(StorageOperation.PUBLISH, PathPattern.glob("**/metadata/v*.metadata.json"))
        .nth(4)
        .runOnce(
            path ->
                storage
                    .on(StorageOperation.SYNC_DIRECTORY, PathPattern.glob("**/metadata"))
                    .failOnce());
    run();
    assertThat(workload.refused()).isTrue();
  }
}
