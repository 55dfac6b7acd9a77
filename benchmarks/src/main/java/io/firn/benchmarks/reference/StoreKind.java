package io.firn.benchmarks.reference;

import io.firn.engine.Durability;
import java.nio.file.Path;
import java.util.Locale;

/** The stores that the workload runs on, each with the settings it is measured with. */
enum StoreKind {
  /** Firn, every write logged, the log fsynced in the background. */
  FIRN(Peer.NONE, Extent.EVERYTHING) {
    @Override
    Store<?> open(Path directory) {
      return new FirnStore(directory, Durability.ASYNC, 1);
    }
  },
  /** Firn, batches of 1,000 writes, each fsynced before it is acknowledged. */
  FIRN_SYNC(Peer.NONE, Extent.WRITES) {
    @Override
    Store<?> open(Path directory) {
      return new FirnStore(directory, Durability.SYNC, SYNC_BATCH_ROWS);
    }
  },
  /** RocksDB, every write logged, the log never fsynced. */
  ROCKSDB(Peer.ROCKSDB, Extent.EVERYTHING) {
    @Override
    Store<?> open(Path directory) {
      return new RocksStore(directory, 1, RocksStore.Sync.NO_FSYNC);
    }
  },
  /** RocksDB, batches of 1,000 writes, each fsynced before it is acknowledged. */
  ROCKSDB_SYNC(Peer.ROCKSDB, Extent.WRITES) {
    @Override
    Store<?> open(Path directory) {
      return new RocksStore(directory, SYNC_BATCH_ROWS, RocksStore.Sync.FSYNC);
    }
  },
  /** Paimon, merging versions of a row when it is read. */
  PAIMON(Peer.PAIMON, Extent.EVERYTHING) {
    @Override
    Store<?> open(Path directory) {
      return new PaimonStore(directory, PaimonStore.Mode.MERGE_ON_READ);
    }

    @Override
    boolean hasLog() {
      return false;
    }
  },
  /** Paimon with deletion vectors. */
  PAIMON_DV(Peer.PAIMON_DV, Extent.EVERYTHING) {
    @Override
    Store<?> open(Path directory) {
      return new PaimonStore(directory, PaimonStore.Mode.DELETION_VECTORS);
    }

    @Override
    boolean hasLog() {
      return false;
    }

    @Override
    boolean mayAnswerGetsWrongly() {
      return true;
    }
  },
  /** Iceberg's own upserts, with equality deletes. */
  ICEBERG(Peer.ICEBERG, Extent.EVERYTHING) {
    @Override
    Store<?> open(Path directory) {
      return new EqualityDeleteStore(directory);
    }

    @Override
    boolean hasLog() {
      return false;
    }
  },
  /** DuckDB, transactions of 1,000 writes. */
  DUCKDB(Peer.DUCKDB, Extent.EVERYTHING) {
    @Override
    Store<?> open(Path directory) {
      return new DuckStore(directory);
    }
  };

  private static final int SYNC_BATCH_ROWS = 1_000;

  private final Peer peer;
  private final Extent extent;

  StoreKind(Peer peer, Extent extent) {
    this.peer = peer;
    this.extent = extent;
  }

  /** How much of the workload is measured. */
  enum Extent {
    /** W1 and W2, because reads are those of another kind with the same files. */
    WRITES,
    EVERYTHING
  }

  /** Opens or creates the store in a directory. */
  abstract Store<?> open(Path directory);

  /** True if what was acknowledged survives the death of the process. */
  boolean hasLog() {
    return true;
  }

  /** True if wrong answers of gets are known and counted; in all other stores they end the run. */
  boolean mayAnswerGetsWrongly() {
    return false;
  }

  /** Which peer it is measured for; none if it is Firn itself. */
  Peer peer() {
    return peer;
  }

  Extent extent() {
    return extent;
  }

  /** The name in figures and on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
