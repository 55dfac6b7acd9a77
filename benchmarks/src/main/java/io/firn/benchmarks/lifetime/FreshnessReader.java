package io.firn.benchmarks.lifetime;

import io.firn.catalog.SummaryKeys;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;

/**
 * An outside reader of a table, in a process of its own: Iceberg's library and nothing of Firn's.
 * It looks for the newest snapshot again and again, reads the row with the beat from it, and prints
 * {@code SAW milliseconds sequence beat}. Arguments: the path of the table. The end of its input
 * ends it.
 */
public final class FreshnessReader {

  /** How its lines begin. */
  static final String SAW = "SAW ";

  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private FreshnessReader() {}

  public static void main(String[] arguments) throws IOException {
    Table table = new HadoopTables(new Configuration()).load(arguments[0]);
    long seen = -1;
    while (System.in.available() == 0) {
      table.refresh();
      Snapshot snapshot = table.currentSnapshot();
      if (snapshot == null || snapshot.snapshotId() == seen) {
        LockSupport.parkNanos(LOOK_EVERY_NANOS);
        continue;
      }
      seen = snapshot.snapshotId();
      long beat = beat(table, seen);
      // When the row has been read, not when the snapshot was found.
      System.out.println(
          SAW
              + System.currentTimeMillis()
              + " "
              + snapshot.summary().get(SummaryKeys.SEQUENCE)
              + " "
              + beat);
      System.out.flush();
    }
  }

  private static long beat(Table table, long snapshotId) throws IOException {
    try (CloseableIterable<Record> rows =
        IcebergGenerics.read(table)
            .useSnapshot(snapshotId)
            .where(Expressions.equal("k", FreshnessChild.BEAT_KEY))
            .select("l")
            .build()) {
      long beat = -1;
      for (Record row : rows) {
        beat = (long) row.getField("l");
      }
      return beat;
    }
  }
}
