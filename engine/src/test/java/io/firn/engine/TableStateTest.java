package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.error.ClosedException;
import io.firn.error.CommitUnknownException;
import io.firn.format.CacheOptions;
import io.firn.format.DataFileReaders;
import io.firn.testkit.CrashStorage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whoever waits for a flush looks first and waits then. What happens in between is not slept
 * through: a flush that has failed for good signals once and never again.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TableStateTest {

  private TableStore store;
  private DataFileReaders readers;
  private TableState state;

  @BeforeEach
  void open() {
    store =
        TableStore.create(
            TableLocation.ofPath("/state/table"),
            new CrashStorage(),
            Rows.SCHEMA,
            List.of("id"),
            Map.of());
    readers = new DataFileReaders(store.files(), CacheOptions.defaults());
    state =
        new TableState(
            store, readers, new FilePins(), new SnapshotRegistry(Long.MAX_VALUE), List.of());
  }

  @AfterEach
  void close() {
    state.close();
    readers.close();
    store.close();
  }

  @Test
  void aFailureBetweenTheLookAndTheWaitIsNotSleptThrough() throws InterruptedException {
    FailureLatch failures = new FailureLatch(failure -> {});
    failures.wakes(state::wakeAll);
    long seen = state.changes();
    failures.check();
    failures.fail(new CommitUnknownException("the answer was lost"));
    state.awaitChange(seen, Long.MAX_VALUE);
    assertThatThrownBy(failures::check).isInstanceOf(CommitUnknownException.class);
  }

  @Test
  void anInstallationBetweenTheLookAndTheWaitIsNotSleptThrough() throws InterruptedException {
    long seen = state.changes();
    state.installVersion(null);
    state.awaitChange(seen, Long.MAX_VALUE);
    assertThat(state.changes()).isGreaterThan(seen);
  }

  @Test
  void aCloseBetweenTheLookAndTheWaitIsNotSleptThrough() throws InterruptedException {
    long seen = state.changes();
    state.close();
    state.awaitChange(seen, Long.MAX_VALUE);
    assertThatThrownBy(() -> state.acquire()).isInstanceOf(ClosedException.class);
  }
}
