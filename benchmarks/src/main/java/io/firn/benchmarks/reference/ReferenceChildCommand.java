package io.firn.benchmarks.reference;

import io.firn.benchmarks.suite.ChildJvm;
import io.firn.benchmarks.suite.FigureSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a measuring process of the reference workload does; started by {@link ReferenceCommand}. */
@Command(name = "reference-child", hidden = true, description = "Measures one store.")
public final class ReferenceChildCommand implements Callable<Integer> {

  @Option(names = "--store", required = true)
  private StoreKind store = StoreKind.FIRN;

  @Option(names = "--task", required = true)
  private Task task = Task.MEASURE;

  @Option(names = "--path", required = true)
  private Path path = Path.of("");

  @Option(names = "--rows", required = true)
  private int rows;

  @Option(names = "--warm-up", required = true)
  private int warmUps;

  @Option(names = "--round", required = true)
  private int round;

  @Option(names = "--parts", split = ",")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  enum Task {
    /** W1 to W5. */
    MEASURE,
    /** W6 after a clean close. */
    REOPEN,
    /** Writes a memtable's fill and waits to be killed. */
    FILL,
    /** W6 after {@link #FILL} was killed. */
    REOPEN_KILLED
  }

  @Override
  public Integer call() throws IOException {
    FigureSink sink = new FigureSink(System.out, ReferenceCommand.SUITE, store.toString(), round);
    StoreMeasurement measurement = new StoreMeasurement(store, path, rows, warmUps, sink);
    switch (task) {
      case MEASURE -> measurement.measure(parts);
      case REOPEN -> measurement.reopen("clean", false);
      case REOPEN_KILLED -> measurement.reopen("after kill -9", true);
      case FILL -> {
        measurement.fill();
        System.out.println(ChildJvm.READY);
        System.out.flush();
        return System.in.read();
      }
    }
    return 0;
  }
}
