package io.firn.engine.internal.verify;

import io.firn.error.FirnException;
import io.firn.format.ColumnBatch;
import io.firn.format.DataFileReader;
import io.firn.format.KeyCodec;
import io.firn.format.KeyList;
import io.firn.format.ParquetCheck;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import io.firn.storage.Storage;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads every page of a file, first as other Parquet readers do, then as Firn does: all columns,
 * whose pages carry checksums, against the statistics in the metadata; and looks every key up again
 * through the index and the filter.
 */
public final class FileContent {

  private final VerifiedFile file;
  private final Storage storage;
  private final Findings findings;
  private final KeyList keys = new KeyList();
  private final KeyList last = new KeyList();
  private long unsorted;
  private long unfound;

  public FileContent(VerifiedFile file, Storage storage, Findings findings) {
    this.file = file;
    this.storage = storage;
    this.findings = findings;
  }

  /** Checks, telling of every batch of rows read. */
  public void check(LongConsumer rowsRead) {
    try {
      ParquetCheck.check(storage, file.path(), file.file().lengthBytes());
    } catch (FirnException e) {
      findings.error(file.path(), "other Parquet readers fail: " + e);
    }
    checkRows(rowsRead);
  }

  /** Checks only what Firn itself reads. */
  public void checkRows(LongConsumer rowsRead) {
    Projection all = Projection.withLineage(file.schema());
    KeyCodec codec = file.schema().keys();
    @Nullable ColumnFacts[] facts = ColumnFacts.of(all.schema());
    try (DataFileReader reader = file.reopen();
        RowScan scan = reader.scan(all, 0, reader.rowCount(), null)) {
      long rows = 0;
      while (scan.next()) {
        ColumnBatch batch = scan.batch();
        for (ColumnFacts fact : facts) {
          if (fact != null) {
            fact.add(batch);
          }
        }
        keys.clear();
        codec.append(batch, 0, batch.rowCount(), keys);
        if (file.file().namedByFirn()) {
          order();
          lookUp(reader, scan);
        }
        rows += batch.rowCount();
        rowsRead.accept(batch.rowCount());
      }
      report(rows, reader.rowCount());
      for (ColumnFacts fact : facts) {
        if (fact != null) {
          fact.compareWith(file.entry(), findings);
        }
      }
    } catch (FirnException e) {
      findings.error(file.path(), "cannot be read: " + e);
    }
  }

  /** Keys must ascend strictly, deleted rows included. */
  private void order() {
    for (int i = 0; i < keys.size(); i++) {
      boolean ascends =
          i == 0
              ? last.isEmpty() || keys.compare(0, last, 0) > 0
              : keys.compare(i, keys, i - 1) > 0;
      if (!ascends) {
        unsorted++;
      }
    }
    last.clear();
    last.add(keys, keys.size() - 1);
  }

  private void lookUp(DataFileReader reader, RowScan scan) {
    int[] found = {0};
    reader.find(
        keys,
        0,
        keys.size(),
        (key, position) -> {
          if (position == scan.position(key)) {
            found[0]++;
          }
        });
    unfound += keys.size() - found[0];
  }

  private void report(long rows, long expected) {
    if (rows != expected) {
      findings.error(file.path(), "gave " + rows + " of " + expected + " rows");
    }
    if (unsorted != 0) {
      findings.error(file.path(), unsorted + " rows are out of the order of keys");
    }
    if (unfound != 0) {
      findings.error(file.path(), unfound + " keys are not found by the index where they stand");
    }
  }
}
