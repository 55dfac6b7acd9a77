package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.TableLocation;
import io.firn.service.ServiceEnvironment;
import io.firn.storage.LocalStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Patience;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A table that nobody can close any more is reported; one that was closed is not. */
class DroppedTableTest {

  private record Report(String location, Throwable opened) {}

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private final Queue<Report> reports = new ConcurrentLinkedQueue<>();

  @Test
  void aTableDroppedWithoutCloseIsReportedWithThePlaceWhereItWasOpened() {
    Engine engine = openEngine("dropped");
    useAndForget(engine);
    awaitReport();
    Report report = reports.remove();
    assertThat(report.location()).isEqualTo(engine.location());
    assertThat(report.opened())
        .hasMessageContaining(Thread.currentThread().getName())
        .hasStackTraceContaining("DroppedTableTest.useAndForget");
    assertThat(engine.get(1L)).as("only reported, not closed").isPresent();
    engine.close();
  }

  @Test
  void aClosedTableIsNotReported() {
    Engine closed = openEngine("closed");
    useAndClose(closed);
    // Whatever is found after the closed one shows that the collector has been there.
    Engine dropped = openEngine("dropped");
    useAndForget(dropped);
    awaitReport();
    assertThat(reports).extracting(Report::location).containsExactly(dropped.location());
    dropped.close();
  }

  private void awaitReport() {
    Patience.until(
        () -> {
          System.gc();
          return !reports.isEmpty();
        });
  }

  /** In a method of its own, so that no local variable keeps the table. */
  private void useAndForget(Engine engine) {
    new FirnTable(engine, this::report).put(Rows.row(1));
  }

  private void useAndClose(Engine engine) {
    try (FirnTable table = new FirnTable(engine, this::report)) {
      table.put(Rows.row(1));
    }
  }

  private void report(String location, Throwable opened) {
    reports.add(new Report(location, opened));
  }

  private Engine openEngine(String name) {
    return EngineOpener.open(
        new TableSpec(
            TableLocation.ofPath(directory.resolve(name).toString()),
            Rows.SCHEMA,
            List.of("id"),
            Map.of(),
            Map.of(),
            null,
            null,
            new LocalStorage(),
            ServiceEnvironment.system(),
            List.of()));
  }
}
