package io.firn.cli.internal.command;

import io.firn.cli.internal.input.InputFile;
import io.firn.cli.internal.input.RowSource;
import io.firn.cli.internal.output.Progress;
import io.firn.cli.internal.output.Quantity;
import io.firn.cli.internal.output.Terminal;
import io.firn.cli.internal.text.SchemaText;
import io.firn.engine.CompactionKind;
import io.firn.engine.CompactionReport;
import io.firn.engine.Durability;
import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import io.firn.engine.WriteOptions;
import io.firn.error.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The story of {@code firn demo}, step by step. The figures it tells are measured while it runs,
 * and each answer of the engine is compared with Iceberg's.
 */
final class Demo {

  private static final Schema FLIGHTS =
      SchemaText.parse(
          "date:timestamp!, origin:string!, destination:string!, delay:int, distance:int");
  private static final String[] KEY = {"date", "origin", "destination"};

  /** Every so many flights, one is corrected. */
  private static final int CORRECTED_EVERY = 20;

  /** Nothing in the data says cancelled, so the flights later than this stand for them. */
  private static final int CANCELLED_MINUTES = 300;

  private static final int BATCH_ROWS = 1_000;
  private static final WriteOptions UNTIL_FLUSH = WriteOptions.of(Durability.NONE);

  private final InputFile flights;
  private final DemoDirectory directory;
  private final Terminal terminal;

  Demo(InputFile flights, DemoDirectory directory, Terminal terminal) {
    this.flights = flights;
    this.directory = directory;
    this.terminal = terminal;
  }

  /** Runs the demo. True if Iceberg and the engine gave the same answers. */
  boolean run() {
    long start = System.nanoTime();
    Path path = directory.prepare();
    FirnTable.Builder builder =
        FirnTable.builder()
            .path(path.toString())
            .schema(FLIGHTS)
            .key(KEY)
            // Files enough to look at, and nothing compacted before it is shown.
            .option("memtable-bytes-max", "16mb")
            .option("compaction-workers", "0")
            .option("sorted-runs-slowdown", "500")
            .option("sorted-runs-stop", "1000");
    boolean equal;
    try (FirnTable table = builder.create()) {
      step(1, "A table in " + path);
      tell("Columns " + SchemaText.print(FLIGHTS));
      tell(
          "Key ("
              + String.join(", ", KEY)
              + "): a second flight with the same key replaces the first.");
      load(table);
      correct(table);
      cancel(table);
      levels(4, "How the table lies on disk now", table);
      compact(table);
      equal = new DemoQuestions(table, path, terminal).ask(6);
    }
    spark(path);
    terminal.print("");
    terminal.print(
        String.format(
            Locale.ROOT,
            "Done in %s. Look around: firn levels|snapshots|verify|scan %s",
            Quantity.nanos(System.nanoTime() - start),
            path));
    return equal;
  }

  private void load(FirnTable table) {
    step(2, "Load real flights: US departures of the first half of 2001");
    long start = System.nanoTime();
    long rows = 0;
    try (Progress progress = Progress.start(terminal, "load", " rows", -1)) {
      try (RowSource source = flights.open(table.schema())) {
        WriteBatch batch = table.newBatch();
        for (Record row = source.next(); row != null; row = source.next()) {
          batch.put(row);
          progress.step();
          batch = writeIfFull(table, batch);
        }
        table.write(batch, UNTIL_FLUSH);
      }
      rows = progress.done();
    }
    table.flush();
    long nanos = System.nanoTime() - start;
    long live = table.stats().liveRows();
    tell(
        String.format(
            Locale.ROOT,
            "%s rows written, durable and committed to Iceberg in %s (%s rows/s).",
            Quantity.count(rows),
            Quantity.nanos(nanos),
            Quantity.count((long) (rows / (nanos / 1e9)))));
    tell(
        String.format(
            Locale.ROOT,
            "%s rows are in the table: %s had the key of an earlier one and replaced it.",
            Quantity.count(live),
            Quantity.count(rows - live)));
  }

  private void correct(FirnTable table) {
    step(3, "Change it: corrections and cancellations, as they come in days later");
    long start = System.nanoTime();
    long corrected = 0;
    long read = 0;
    try (RowSource source = flights.open(table.schema())) {
      WriteBatch batch = table.newBatch();
      for (Record row = source.next(); row != null; row = source.next()) {
        Object delay = row.getField("delay");
        if (read++ % CORRECTED_EVERY == 0 && delay != null) {
          row.setField("delay", (Integer) delay - 1);
          batch.put(row);
          corrected++;
          batch = writeIfFull(table, batch);
        }
      }
      table.write(batch, UNTIL_FLUSH);
    }
    table.flush();
    tell(
        String.format(
            Locale.ROOT,
            "%s delays corrected all over the table in %s.",
            Quantity.count(corrected),
            Quantity.nanos(System.nanoTime() - start)));
  }

  private void cancel(FirnTable table) {
    long start = System.nanoTime();
    long deleted = 0;
    try (CloseableIterable<Record> late =
        table
            .scan()
            .select(KEY)
            .filter(Expressions.greaterThan("delay", CANCELLED_MINUTES))
            .records()) {
      WriteBatch batch = table.newBatch();
      for (Record row : late) {
        batch.delete(row.get(0), row.get(1), row.get(2));
        deleted++;
        batch = writeIfFull(table, batch);
      }
      table.write(batch, UNTIL_FLUSH);
    } catch (IOException e) {
      throw new StorageException("Cannot close the scan: " + e.getMessage(), e);
    }
    table.flush();
    tell(
        String.format(
            Locale.ROOT,
            "%s flights deleted in %s: the data has no cancelled ones, so those more than %d minutes"
                + " late stand for them.",
            Quantity.count(deleted),
            Quantity.nanos(System.nanoTime() - start),
            CANCELLED_MINUTES));
  }

  private static WriteBatch writeIfFull(FirnTable table, WriteBatch batch) {
    if (batch.size() < BATCH_ROWS) {
      return batch;
    }
    table.write(batch, UNTIL_FLUSH);
    return table.newBatch();
  }

  private void levels(int number, String title, FirnTable table) {
    step(number, title);
    List<String> picture = new ArrayList<>(LevelPicture.of(table, terminal.symbols()));
    picture.forEach(this::tell);
  }

  private void compact(FirnTable table) {
    step(5, "Compact everything; readers and writers could go on meanwhile");
    long start = System.nanoTime();
    CompactionReport report = table.compact(CompactionKind.FULL);
    tell(
        String.format(
            Locale.ROOT,
            "%d files (%s) became %d (%s) in %s.",
            report.filesIn(),
            Quantity.bytes(report.bytesIn()),
            report.filesOut(),
            Quantity.bytes(report.bytesOut()),
            Quantity.nanos(System.nanoTime() - start)));
    LevelPicture.of(table, terminal.symbols()).forEach(this::tell);
  }

  private void spark(Path path) {
    step(7, "Open it in Spark");
    tell("spark-shell --packages org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0");
    tell(
        "scala> spark.read.format(\"iceberg\").load(\""
            + path
            + "\").groupBy(\"origin\").count().show()");
    tell("Spark caches tables: in a session that stays open while the table is written, set");
    tell("spark.sql.catalog.NAME.cache-enabled=false, or REFRESH TABLE before you read again.");
  }

  private void step(int number, String title) {
    terminal.print("");
    terminal.print(number + ". " + title);
    terminal.out().flush();
  }

  private void tell(String line) {
    terminal.print(line.isEmpty() ? "" : "   " + line);
    terminal.out().flush();
  }
}
