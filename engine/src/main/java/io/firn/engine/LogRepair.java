package io.firn.engine;

import io.firn.catalog.Defect;
import io.firn.catalog.TableStore;
import io.firn.engine.internal.wal.HeadRepair;
import io.firn.engine.internal.wal.LogInspection;
import io.firn.engine.internal.wal.Recovery;
import io.firn.engine.internal.wal.WalOptions;
import io.firn.engine.internal.wal.WriteAheadLog;
import io.firn.error.CorruptionException;
import io.firn.storage.Storage;
import java.util.Optional;
import java.util.UUID;

/** A log that cannot be replayed to its end: what lies before the damage is kept. */
final class LogRepair {

  private final TableStore store;
  private final Storage storage;
  private final String directory;

  LogRepair(TableStore store, Storage storage, String directory) {
    this.store = store;
    this.storage = storage;
    this.directory = directory;
  }

  Optional<Defect> find() {
    UUID table = UUID.fromString(store.uuid());
    HeadRepair head = new HeadRepair(storage, directory, table);
    CorruptionException headDamage = head.damage();
    if (headDamage != null) {
      boolean mendable = HeadRepair.isMendable(headDamage);
      return Optional.of(
          new Defect(
              Defect.Weight.READERS,
              headDamage.file(),
              String.valueOf(headDamage.getMessage()),
              mendable
                  ? "write it anew, with the newest segment there is"
                  : "nothing in the log can be trusted; restore the file",
              mendable ? 0 : Defect.UNKNOWN,
              mendable ? head::mend : null));
    }
    LogInspection log =
        LogInspection.of(storage, directory, table, store.version().flushedSequence() + 1);
    CorruptionException damage = log.damage();
    if (damage != null) {
      boolean salvageable = log.salvageable();
      return Optional.of(
          new Defect(
              Defect.Weight.READERS,
              damage.file(),
              String.valueOf(damage.getMessage()),
              salvageable
                  ? "keep the log up to operation "
                      + log.covered()
                      + (log.lost() == LogInspection.UNKNOWN
                          ? "; what the missing segment held is lost"
                          : " and set the rest aside; " + log.lost() + " later operations are lost")
                  : "nothing in the log can be trusted; restore the file",
              log.lost(),
              salvageable ? () -> recover(WalOptions.Damage.SALVAGE) : null));
    }
    LogInspection.Tail tail = log.tail();
    return tail == null
        ? Optional.empty()
        : Optional.of(
            new Defect(
                Defect.Weight.NOBODY,
                tail.path(),
                "what follows offset " + tail.offset() + " is no record, as a crash leaves it",
                "end the log there, with operation " + log.covered(),
                0,
                () -> recover(WalOptions.Damage.REFUSE)));
  }

  private void recover(WalOptions.Damage damage) {
    long epoch = store.fence();
    try (WriteAheadLog log =
        WriteAheadLog.open(
            storage,
            directory,
            UUID.fromString(store.uuid()),
            WalOptions.standard(store.version().schemaId(), epoch).withDamage(damage))) {
      Recovery ignored =
          log.recover(store.version().flushedSequence() + 1, LogInspection.ignoring());
    }
  }
}
