package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.CountingStorage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.StorageOperation;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** The campaigns that strike at every call do not end before the workload does. */
class WorkloadCallTest {

  @Test
  void theCallsCoverAWholeRun() {
    CrashStorage disk = new CrashStorage();
    CountingStorage storage = new CountingStorage(disk);
    new Workload(storage, "/calls/table", new Random(1), new Ledger()).run();
    SoftAssertions covered = new SoftAssertions();
    covered
        .assertThat(disk.mutations())
        .isBetween(WorkloadCall.CHANGES / 2L, (long) WorkloadCall.CHANGES);
    for (StorageOperation operation : StorageOperation.values()) {
      int calls = WorkloadCall.calls(operation);
      if (calls > 0) {
        covered
            .assertThat(storage.calls(operation))
            .as("%s", operation)
            .isBetween(calls / 2L, (long) calls);
      }
    }
    covered.assertAll();
  }

  @Test
  void roundsGoThroughAllPlacesInEachPass() {
    for (int places : new int[] {1, 2, 790, 1_024, 3_854}) {
      int[] once =
          IntStream.range(0, places).map(index -> round(index).place(places)).sorted().toArray();
      assertThat(once).isEqualTo(IntStream.range(0, places).toArray());
      assertThat(round(places).place(places)).isEqualTo(round(0).place(places));
      assertThat(round(places).pass(places)).isEqualTo(1);
    }
  }

  private static Round round(int index) {
    return new Round(index, 1, 1, Path.of(""));
  }
}
