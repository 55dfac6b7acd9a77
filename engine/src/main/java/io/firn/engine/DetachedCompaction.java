package io.firn.engine;

import io.firn.catalog.JobClaims;
import io.firn.catalog.TableStore;
import io.firn.compaction.CompactionHost;
import io.firn.compaction.CompactionListener;
import io.firn.compaction.CompactionOptions;
import io.firn.compaction.CompactionService;
import io.firn.error.FencedException;
import io.firn.format.DataFileReaders;
import io.firn.service.BackgroundService;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceOptions;
import io.firn.service.WorkOutcome;
import io.firn.storage.Storage;
import java.time.Duration;
import java.util.UUID;

/**
 * A compaction beside the process that writes the table. It takes neither lock nor epoch: it
 * commits under the epoch that there is, each time on exactly the version it has looked at, and
 * carries over the deletes that have come meanwhile, as the owner's own compaction does; the owner
 * adopts the outputs as it adopts every foreign commit, and looks up again what it was about to
 * mask. Of two compactions of one file the second to commit gives up.
 *
 * <p>If the table is opened for writing anew, the epoch ends, and with it the right to commit: the
 * new owner may then delete the outputs as leftovers. The compaction begins again under the new
 * epoch. As long as it runs, its claim keeps the owner from taking the outputs for orphans.
 */
final class DetachedCompaction implements CompactionHost, AutoCloseable {

  private static final Duration RENEWAL = JobClaims.DURATION.dividedBy(4);

  /** How many new owners one compaction outlives. */
  private static final int EPOCHS_MAX = 5;

  private final TableStore store;
  private final Storage storage;
  private final ServiceEnvironment environment;
  private final DataFileReaders readers;
  private final CompactionTally tally;
  private final CompactionService service;
  private final JobClaims claim;
  private final BackgroundService renewals;
  private final String engineId = UUID.randomUUID().toString();

  /**
   * @param store closed by the caller, as are the readers, after this
   * @param environment the time, and who makes the threads
   */
  DetachedCompaction(
      TableStore store,
      Storage storage,
      ServiceEnvironment environment,
      DataFileReaders readers,
      CompactionTally tally,
      CompactionOptions options) {
    this.store = store;
    this.storage = storage;
    this.environment = environment;
    this.readers = readers;
    this.tally = tally;
    this.service = new CompactionService(this, options);
    this.claim = new JobClaims(store, environment.ticker().currentTimeMillis(), engineId);
    this.renewals =
        new BackgroundService(
            ServiceOptions.named("claim")
                .withWorkers(1)
                .every(
                    RENEWAL,
                    "renew",
                    context -> {
                      renewClaim();
                      return WorkOutcome.DONE;
                    })
                .in(environment));
  }

  /** Compacts and returns when it is committed. */
  CompactionReport compact(CompactionKind kind) {
    store.join();
    renewClaim();
    renewals.start();
    service.start();
    for (int epochs = 1; ; epochs++) {
      try {
        service.compactNow(kind.request());
        return tally.since(new CompactionTally.Mark(0, 0, 0, 0, 0, 0, 0));
      } catch (FencedException e) {
        if (epochs == EPOCHS_MAX) {
          throw e;
        }
        store.join();
      }
    }
  }

  private void renewClaim() {
    claim.renew(environment.ticker().currentTimeMillis());
  }

  @Override
  public TableStore store() {
    return store;
  }

  @Override
  public Storage storage() {
    return storage;
  }

  @Override
  public DataFileReaders readers() {
    return readers;
  }

  @Override
  public String engineId() {
    return engineId;
  }

  @Override
  public CompactionListener listener() {
    return tally;
  }

  @Override
  public ServiceEnvironment environment() {
    return environment;
  }

  @Override
  public void close() {
    try {
      service.stop();
    } finally {
      renewals.stop();
      claim.release();
    }
  }
}
