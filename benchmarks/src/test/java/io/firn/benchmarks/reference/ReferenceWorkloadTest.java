package io.firn.benchmarks.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.benchmarks.suite.Figure;
import io.firn.benchmarks.suite.FigureLog;
import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.TargetTable;
import io.firn.benchmarks.suite.WrongAnswerError;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReferenceWorkloadTest {

  private static final int ROWS = 1_000;

  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

  @Test
  void everyTargetAgainstRocksDbIsMeasured(@TempDir Path directory) {
    measure(StoreKind.FIRN, directory);
    measure(StoreKind.FIRN_SYNC, directory);
    measure(StoreKind.ROCKSDB, directory);
    measure(StoreKind.ROCKSDB_SYNC, directory);
    assertThat(table().lines().filter(line -> line.contains("rocksdb")))
        .noneMatch(line -> line.startsWith("Not measured"))
        .hasSize(
            (int)
                ReferenceTargets.ALL.stream()
                    .filter(target -> target.peer().store().startsWith("rocksdb"))
                    .count());
  }

  private void measure(StoreKind kind, Path directory) {
    Path store = directory.resolve(kind.toString());
    task(kind, store).measure(EnumSet.allOf(Part.class));
    if (kind.extent() == StoreKind.Extent.EVERYTHING) {
      task(kind, store).reopen("clean", false);
      task(kind, store).reopen("after kill -9", false);
    }
  }

  private StoreMeasurement task(StoreKind kind, Path store) {
    return new StoreMeasurement(kind, store, ROWS, 1, sink(kind));
  }

  private FigureSink sink(StoreKind kind) {
    return new FigureSink(
        new PrintStream(lines, true, StandardCharsets.UTF_8),
        ReferenceCommand.SUITE,
        kind.toString(),
        1);
  }

  private String table() {
    FigureLog log = new FigureLog(new PrintStream(OutputStream.nullOutputStream()));
    lines
        .toString(StandardCharsets.UTF_8)
        .lines()
        .map(Figure::parse)
        .flatMap(Optional::stream)
        .forEach(log::add);
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    new TargetTable(ReferenceCommand.SUITE, ReferenceTargets.ALL)
        .print(log, new PrintStream(table, true, StandardCharsets.UTF_8));
    return table.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(MemoryStore.Lie.class)
  void everyLieOfAStoreEndsTheMeasurement(MemoryStore.Lie lie) {
    ReferenceModel model = new ReferenceModel(ROWS);
    ReferenceWrites writes = new ReferenceWrites(model);
    try (MemoryStore store = new MemoryStore()) {
      writes.load(store);
      writes.update(store);
      EnumSet<Part> parts = EnumSet.of(Part.W3, Part.W4, Part.W5);
      ReadMeasurement<ReferenceRow> reads =
          new ReadMeasurement<>(
              StoreKind.ROCKSDB, store, model, sink(StoreKind.ROCKSDB), "natural");
      reads.measure(parts);
      store.lie(lie);
      assertThatThrownBy(() -> reads.measure(parts)).isInstanceOf(WrongAnswerError.class);
    }
  }

  @Test
  void theRowCodecGivesBackWhatItTook() {
    ReferenceModel model = new ReferenceModel(100);
    for (int index = 0; index < model.keys(); index++) {
      ReferenceRow row = model.next(index);
      assertThat(RowBytes.decode(row.k(), RowBytes.encode(row))).isEqualTo(row);
    }
  }

  @Test
  void theWritesFollowFromTheNumberOfKeysAlone() {
    ReferenceModel first = new ReferenceModel(ROWS);
    ReferenceModel second = new ReferenceModel(ROWS);
    new ReferenceWrites(first).replayLoadAndUpdate();
    new ReferenceWrites(second).replayLoadAndUpdate();
    assertThat(first.d1Sum().sameAs(second.d1Sum())).isTrue();
    assertThat(first.d1Sum().count()).isBetween(ROWS * 93L / 100, ROWS * 99L / 100);
  }
}
