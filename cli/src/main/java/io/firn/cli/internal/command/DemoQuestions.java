package io.firn.cli.internal.command;

import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.cli.internal.output.Quantity;
import io.firn.cli.internal.output.Terminal;
import io.firn.engine.FirnTable;
import io.firn.engine.Scan;
import io.firn.error.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;

/** Questions about the flights, asked of the engine and of an Iceberg reader that knows no Firn. */
final class DemoQuestions {

  private static final String NOON = "2001-03-01T12:00";
  private static final String[] DAY = {"2001-03-01T00:00", "2001-03-02T00:00"};

  private final FirnTable table;
  private final Table iceberg;
  private final Terminal terminal;
  private final Listing answers =
      new Listing(
          Listing.column("question", Kind.TEXT),
          Listing.column("answer", Kind.TEXT),
          Listing.column("engine", Kind.TEXT),
          Listing.column("iceberg", Kind.TEXT),
          Listing.column("same", Kind.TEXT));
  private boolean allEqual = true;

  DemoQuestions(FirnTable table, Path path, Terminal terminal) {
    this.table = table;
    this.iceberg = new HadoopTables(new Configuration(false)).load(path.toString());
    this.terminal = terminal;
  }

  /** Asks all of them. True if both always answered the same. */
  boolean ask(int number) {
    terminal.print("");
    terminal.print(number + ". The same questions to the engine and to an ordinary Iceberg reader");
    points();
    ranges();
    totals();
    answers.print(Listing.Format.TABLE, terminal);
    return allEqual;
  }

  private void points() {
    List<Record> samples = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        table.scan().from(LocalDateTime.parse(NOON)).limit(1).records()) {
      rows.forEach(samples::add);
    } catch (IOException e) {
      throw closing(e);
    }
    for (Record sample : samples) {
      Object[] key = {sample.get(0), sample.get(1), sample.get(2)};
      String name = sample.get(0) + " " + sample.get(1) + " to " + sample.get(2);
      Expression sameKey =
          Expressions.and(
              Expressions.equal("date", sample.get(0).toString()),
              Expressions.equal("origin", sample.get(1).toString()),
              Expressions.equal("destination", sample.get(2).toString()));
      // The first read opens files and fills caches; the second is what a service sees.
      table.get(key);
      compare(
          "the flight at " + name,
          () -> found(table.get(key)),
          () -> {
            List<String> seen = new ArrayList<>();
            read(
                IcebergGenerics.read(iceberg).where(sameKey),
                row -> seen.add(found(Optional.of(row))));
            return seen.isEmpty() ? "none" : String.join(" and ", seen);
          });
    }
    Object[] absent = {LocalDateTime.parse("2001-03-01T12:00:01"), "QQQ", "ZZZ"};
    compare(
        "a flight that never was",
        () -> found(table.get(absent)),
        () -> {
          AtomicLong rows = new AtomicLong();
          read(
              IcebergGenerics.read(iceberg)
                  .where(
                      Expressions.and(
                          Expressions.equal("date", "2001-03-01T12:00:01"),
                          Expressions.equal("origin", "QQQ"))),
              row -> rows.incrementAndGet());
          return rows.get() == 0 ? "none" : rows + " rows";
        });
  }

  private void ranges() {
    Object from = LocalDateTime.parse(DAY[0]);
    Object to = LocalDateTime.parse(DAY[1]);
    Expression day =
        Expressions.and(
            Expressions.greaterThanOrEqual("date", DAY[0] + ":00"),
            Expressions.lessThan("date", DAY[1] + ":00"));
    compare(
        "flights on 1 March and their delays",
        () -> sum(table.scan().from(from).to(to).select("delay")),
        () -> sum(IcebergGenerics.read(iceberg).where(day).select("delay")));
    compare(
        "of these, from Atlanta and over an hour late",
        () ->
            sum(
                table
                    .scan()
                    .from(from)
                    .to(to)
                    .filter(
                        Expressions.and(
                            Expressions.equal("origin", "ATL"),
                            Expressions.greaterThan("delay", 60)))
                    .select("delay")),
        () ->
            sum(
                IcebergGenerics.read(iceberg)
                    .where(
                        Expressions.and(
                            day,
                            Expressions.and(
                                Expressions.equal("origin", "ATL"),
                                Expressions.greaterThan("delay", 60))))
                    .select("delay")));
  }

  private void totals() {
    compare(
        "all flights and their delays",
        () -> sum(table.scan().unordered().select("delay")),
        () -> sum(IcebergGenerics.read(iceberg).select("delay")));
  }

  private void compare(String question, Supplier<String> engine, Supplier<String> reader) {
    long start = System.nanoTime();
    String ours = engine.get();
    long between = System.nanoTime();
    String theirs = reader.get();
    long end = System.nanoTime();
    boolean same = ours.equals(theirs);
    allEqual &= same;
    answers.add(
        question,
        same ? ours : ours + " / " + theirs,
        Quantity.nanos(between - start),
        Quantity.nanos(end - between),
        same ? "yes" : "NO");
  }

  private static String found(Optional<Record> row) {
    return row.map(r -> "delay " + r.getField("delay") + ", " + r.getField("distance") + " miles")
        .orElse("none");
  }

  private static String sum(Scan scan) {
    long rows = 0;
    long minutes = 0;
    try (CloseableIterable<Record> records = scan.records()) {
      for (Record row : records) {
        rows++;
        minutes += (Integer) row.get(0);
      }
    } catch (IOException e) {
      throw closing(e);
    }
    return told(rows, minutes);
  }

  private static String sum(IcebergGenerics.ScanBuilder scan) {
    AtomicLong rows = new AtomicLong();
    AtomicLong minutes = new AtomicLong();
    read(
        scan,
        row -> {
          rows.incrementAndGet();
          minutes.addAndGet((Integer) row.getField("delay"));
        });
    return told(rows.get(), minutes.get());
  }

  private static String told(long rows, long minutes) {
    return Quantity.count(rows) + " flights, " + Quantity.count(minutes) + " minutes";
  }

  private static void read(IcebergGenerics.ScanBuilder scan, Consumer<Record> consumer) {
    try (CloseableIterable<Record> rows = scan.build()) {
      rows.forEach(consumer);
    } catch (IOException e) {
      throw closing(e);
    }
  }

  private static StorageException closing(IOException e) {
    return new StorageException("Cannot close a scan: " + e.getMessage(), e);
  }
}
