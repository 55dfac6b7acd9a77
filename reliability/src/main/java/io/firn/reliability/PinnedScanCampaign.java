package io.firn.reliability;

import io.firn.engine.CompactionKind;
import io.firn.engine.FileInfo;
import io.firn.engine.FirnTable;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;

/**
 * A scan that has begun, and a snapshot, while the files under them are compacted away and swept
 * again and again: both go on to their end. Afterwards no file is left that nothing names.
 */
final class PinnedScanCampaign implements Campaign {

  private static final int COMPACTIONS = 25;

  @Override
  public String name() {
    return "pinned-scan";
  }

  @Override
  public String promise() {
    return "a scan pinned across compactions and sweeps loses no file; none is left behind";
  }

  @Override
  public int rounds() {
    return 40;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    CrashStorage storage = new CrashStorage();
    Ledger ledger = new Ledger();
    Workload workload = new Workload(storage, round.table(), random, ledger);
    try (FirnTable table = workload.open()) {
      for (int i = 0; i < 30; i++) {
        workload.write(table, 40);
      }
      table.flush();
      NavigableMap<Long, Record> expected = ledger.state();
      List<String> pinnedFiles = table.files().stream().map(FileInfo::path).toList();
      List<Record> rows = new ArrayList<>();
      try (var snapshot = table.snapshot();
          CloseableIterable<Record> scan = table.scan().records();
          CloseableIterator<Record> pinned = scan.iterator()) {
        rows.add(pinned.next());
        for (int i = 0; i < COMPACTIONS; i++) {
          workload.write(table, 30);
          table.flush();
          table.compact(CompactionKind.FULL);
          table.sweep();
          checkThere(storage, pinnedFiles);
          if (i % 5 == 0) {
            rows.add(pinned.next());
          }
        }
        pinned.forEachRemaining(rows::add);
        if (!rows.equals(new ArrayList<>(expected.values()))) {
          throw new AssertionError("The pinned scan read " + rows.size() + " rows, not the ones");
        }
        if (!Rows.all(snapshot.scan().records()).equals(rows)) {
          throw new AssertionError("The snapshot does not read what the scan did");
        }
      }
      ledger.checkNewest(table, "after the scan");
      table.sweep();
      table.sweep();
      checkNothingLeft(storage, round.table());
    }
    return COMPACTIONS;
  }

  /** Not by reading: a file that is open can be read although it was deleted. */
  private static void checkThere(Storage storage, List<String> pinned) throws IOException {
    for (String path : pinned) {
      if (!storage.exists(path)) {
        throw new AssertionError(path + " was deleted while a scan and a snapshot read it");
      }
    }
  }

  private static void checkNothingLeft(Storage storage, String directory) throws IOException {
    Set<String> left = new TreeSet<>();
    for (Storage.FileStatus file : storage.list(StoragePaths.join(directory, "data"))) {
      left.add(StoragePaths.name(file.path()));
    }
    Set<String> named = OutsideView.of(storage, directory).fileNames();
    left.removeAll(named);
    if (!left.isEmpty()) {
      throw new AssertionError("Files that nothing names: " + left);
    }
  }
}
