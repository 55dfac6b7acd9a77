package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.reference.ReferenceModel;
import io.firn.benchmarks.reference.ReferenceRow;
import io.firn.benchmarks.reference.ReferenceSchema;
import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.ChildJvm;
import io.firn.benchmarks.suite.FigureLog;
import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.FirnSettings;
import io.firn.benchmarks.suite.WrongAnswerError;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.data.Record;

/**
 * Makes a table of many files, and opens it in a fresh process. It is told the number of files and
 * of rows in each.
 */
public final class ReopenChild {

  private ReopenChild() {}

  public static void main(String[] arguments) throws IOException {
    ChildArguments told = ChildArguments.of(arguments);
    FirnOptions options =
        FirnSettings.builder()
            .durability(Durability.ASYNC)
            .set(OptionKey.COMPACTION_WORKERS, 0)
            .set(OptionKey.SORTED_RUNS_STOP, 10_000)
            .set(OptionKey.SORTED_RUNS_SLOWDOWN, 9_999)
            .build();
    int files = told.number(0);
    int rows = told.number(1);
    try (MeasuredTable measured =
        new MeasuredTable(told.path("table"), options, Math.multiplyExact(files, rows))) {
      for (int file = 1; file <= files; file++) {
        measured.loadUpTo(file * rows);
        measured.table().flush();
      }
      WrongAnswerError.check(measured.table().files().size() == files, "the number of files");
    }
    List<String> again = new ArrayList<>(List.of(arguments));
    new ChildJvm(Opening.class, List.of("-Xmx1g"), System.err)
        .run(new FigureLog(System.out), again);
  }

  /** The process that opens the table. */
  public static final class Opening {

    private Opening() {}

    public static void main(String[] arguments) {
      ChildArguments told = ChildArguments.of(arguments);
      FigureSink sink = told.sink();
      // The first time everything is loaded and compiled; what an embedder sees who opens often is
      // the later ones.
      String[] names = {ReopenSuite.FIRST_OPEN, ReopenSuite.SECOND_OPEN, "third open"};
      for (String name : names) {
        open(told, sink, name);
      }
    }

    private static void open(ChildArguments told, FigureSink sink, String name) {
      ReferenceRow expected = new ReferenceModel(1).next(0);
      long start = System.nanoTime();
      try (FirnTable table = FirnTable.open(told.path("table"))) {
        double opened = (System.nanoTime() - start) / 1e9;
        Optional<Record> found = table.get(ReferenceModel.key(0));
        sink.figure(name + " and get", "s", (System.nanoTime() - start) / 1e9);
        sink.figure(name, "s", opened);
        WrongAnswerError.check(
            found.map(ReferenceSchema::row).equals(Optional.of(expected)), "the first lookup");
        start = System.nanoTime();
      }
      sink.figure(name + ": close", "s", (System.nanoTime() - start) / 1e9);
    }
  }
}
