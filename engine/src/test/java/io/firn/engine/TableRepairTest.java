package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.internal.wal.LogInspection;
import io.firn.error.FirnException;
import io.firn.error.LockedException;
import io.firn.error.NotATableException;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Seeds;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFileFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every kind of damage that can be repaired: the plan says what would be done and changes nothing,
 * the repair leaves the rows that the model says survive, also if it was interrupted.
 */
class TableRepairTest {

  private static final int FLUSHES = 4;
  private static final int SEGMENT_HEADER_BYTES = 76;

  @TempDir Path temporary;
  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  private String directory;

  /** The rows after each flush; the last one is the table's state. */
  private final List<List<Record>> states = new ArrayList<>();

  /** Operations up to each flush. */
  private final List<Long> sequences = new ArrayList<>();

  private final NavigableMap<Long, Record> model = new TreeMap<>();
  private long operations;

  @BeforeEach
  void name() {
    directory = temporary.resolve("table").toString();
  }

  private FirnTable.Builder builder(Storage storage) {
    return FirnTable.builder()
        .path(directory)
        .schema(Rows.SCHEMA)
        .key("id")
        .storage(storage)
        .option("compaction-workers", "0")
        .option("flush-interval-millis", "1h");
  }

  private void write(FirnTable table, Random random, int count) {
    WriteBatch batch = table.newBatch();
    for (int i = 0; i < count; i++) {
      long key = random.nextInt(120);
      operations++;
      if (random.nextInt(6) == 0) {
        batch.delete(key);
        model.remove(key);
      } else {
        Record row = Rows.row(key, "v" + operations, key % 3 == 0 ? null : operations / 4.0);
        batch.put(row);
        model.put(key, row);
      }
    }
    table.write(batch);
  }

  private List<Record> rows() {
    return List.copyOf(model.values());
  }

  /** Flushes of overlapping keys, closed properly. */
  private BrokenTable table() throws IOException {
    CrashStorage storage = new CrashStorage();
    Random random = seeds.random();
    try (FirnTable table = builder(storage).open()) {
      fill(table, random);
    }
    return BrokenTable.of(storage, directory);
  }

  private void fill(FirnTable table, Random random) {
    for (int flush = 0; flush < FLUSHES; flush++) {
      write(table, random, 80);
      table.flush();
      states.add(rows());
      sequences.add(operations);
    }
  }

  /**
   * The same, with batches in two log segments that no flush has seen.
   *
   * @param before takes the rows after the first batch of the second segment
   * @param more how many operations each further batch has
   */
  /** The rows when the table was killed for the first time. */
  private final List<Record> firstLife = new ArrayList<>();

  private BrokenTable killed(List<Record> before, int... more) throws IOException {
    CrashStorage storage = new CrashStorage();
    Random random = seeds.random();
    CrashStorage left = storage;
    try (FirnTable table = builder(storage).open()) {
      fill(table, random);
      write(table, random, 10);
      firstLife.addAll(rows());
      left = storage.crash(SurvivalMode.ALL, 1);
    } catch (FirnException e) {
      assertThat(storage.crashed()).as("an error without a crash: " + e).isTrue();
    }
    storage = left;
    // The rows recovered are flushed as soon as a worker comes to it, which may be before the
    // crash.
    FaultStorage noFlush = new FaultStorage(storage);
    noFlush.on(StorageOperation.CREATE, PathPattern.glob("**/data/*.parquet")).failForGood();
    try (FirnTable table = builder(noFlush).open()) {
      Random second = seeds.random(2);
      write(table, second, 10);
      before.addAll(rows());
      for (int count : more) {
        write(table, second, count);
      }
      left = storage.crash(SurvivalMode.ALL, 1);
    } catch (FirnException e) {
      assertThat(storage.crashed()).as("an error without a crash: " + e).isTrue();
    }
    return BrokenTable.of(left, directory);
  }

  /** A table on disk, to be committed to by another engine, and then taken into memory. */
  private BrokenTable after(Consumer<Table> foreign) throws IOException {
    try (FirnTable table = Rows.at(Path.of(directory)).option("compaction-workers", "0").open()) {
      fill(table, seeds.random());
    }
    foreign.accept(new HadoopTables(new Configuration()).load(directory));
    return BrokenTable.of(new LocalStorage(), directory);
  }

  private String aDataFile(BrokenTable table) throws IOException {
    try (FirnTable opened = table.builder(table.storage()).openReadOnly()) {
      return opened.files().get(0).path();
    }
  }

  private long liveRows(BrokenTable table, String path) throws IOException {
    try (FirnTable opened = table.builder(table.storage()).openReadOnly()) {
      return opened.files().stream()
          .filter(file -> file.path().equals(path))
          .mapToLong(file -> file.rows() - file.maskedRows())
          .sum();
    }
  }

  private static int find(byte[] bytes, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    for (int at = bytes.length - wanted.length; at >= 0; at--) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError(text + " is not there");
  }

  @Test
  void aSoundTableNeedsNothing() throws IOException {
    BrokenTable table = table();
    CrashStorage storage = table.storage();
    assertThat(table.repair(storage).plan().steps()).isEmpty();
    assertThat(table.repair(storage).run(0).steps()).isEmpty();
    table.assertUnchanged(storage);
    assertThatThrownBy(() -> table.repair(new CrashStorage()).plan())
        .isInstanceOf(NotATableException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "1000000000000", "1"})
  void aLostOrWrongHintIsWrittenAgain(String content) throws IOException {
    BrokenTable table = table();
    table.set(
        table.last("version-hint.text"),
        content.isEmpty() ? null : content.getBytes(StandardCharsets.UTF_8));
    table.assertPlanChangesNothing();
    table.assertRepaired(rows(), 0);
  }

  @Test
  void aDamagedIndexIsRebuiltFromTheFile() throws IOException {
    BrokenTable table = table();
    String file = aDataFile(table);
    table.flip(file, find(table.bytes(file), "FIRNIDX1") + 40);
    table.assertPlanChangesNothing();
    RepairPlan plan = table.assertRepaired(rows(), 0);
    assertThat(plan.steps())
        .anySatisfy(
            step -> {
              assertThat(step.file()).isEqualTo(file);
              assertThat(step.kind()).isEqualTo(RepairStep.Kind.RESTORES);
              assertThat(step.remedy()).contains("to a new file");
            });
  }

  @Test
  void aDamagedFooterIsRebuiltFromTheIndex() throws IOException {
    BrokenTable table = table();
    String file = aDataFile(table);
    byte[] good = table.bytes(file);
    for (int at :
        new int[] {
          find(good, "firn.index") + 3, // the name of the index
          good.length - 1 // PAR1
        }) {
      table.set(file, good);
      table.flip(file, at);
      table.assertRepairedAtOnce(rows());
    }
  }

  @Test
  void aFileOfWhichAPageIsDamagedIsGivenUpWithItsRows() throws IOException {
    BrokenTable table = table();
    String file = aDataFile(table);
    long lost = liveRows(table, file);
    assertThat(lost).isPositive();
    table.flip(file, 60);
    table.assertPlanChangesNothing();
    table.assertRepaired(withoutRowsOf(table, file), lost);
  }

  @Test
  void aMissingFileIsGivenUpWithItsRows() throws IOException {
    BrokenTable table = table();
    String file = aDataFile(table);
    long lost = liveRows(table, file);
    List<Record> left = withoutRowsOf(table, file);
    table.set(file, null);
    table.assertPlanChangesNothing();
    table.assertRepaired(left, lost);
  }

  /** The rows of the model less those that a data file holds. */
  private List<Record> withoutRowsOf(BrokenTable table, String file) throws IOException {
    // Rows are named by the operation that wrote them, and files hold the operations of one flush.
    int flush = -1;
    try (FirnTable opened = table.builder(table.storage()).openReadOnly()) {
      List<String> paths =
          opened.files().stream()
              .sorted(java.util.Comparator.comparingLong(FileInfo::dataSequenceNumber))
              .map(FileInfo::path)
              .toList();
      flush = paths.indexOf(file);
    }
    long to = sequences.get(flush);
    long from = flush == 0 ? 0 : sequences.get(flush - 1);
    return rows().stream()
        .filter(
            row -> {
              long operation = Long.parseLong(row.getField("name").toString().substring(1));
              return operation <= from || operation > to;
            })
        .toList();
  }

  @Test
  void twoDeletionVectorsOfOneFileAreUnited() throws IOException {
    BrokenTable table = after(foreign -> addVector(foreign, task -> task.file().location(), 3, 5));
    assertThatThrownBy(() -> table.builder(table.storage()).openReadOnly())
        .hasMessageContaining("firn repair");
    table.assertPlanChangesNothing();
    List<Record> left = new ArrayList<>(rows());
    left.removeAll(deletedByForeign);
    RepairPlan plan = table.assertRepaired(left, 0);
    assertThat(plan.steps().get(0).remedy()).contains("unite them");
  }

  @Test
  void aVectorOfAFileThatIsGoneIsTakenOut() throws IOException {
    BrokenTable table =
        after(
            foreign ->
                addVector(foreign, task -> directory + "/data/gone-with-the-wind.parquet", 1));
    assertThat(table.verify(table.storage()).findings())
        .anySatisfy(found -> assertThat(found.severity()).isEqualTo(Finding.Severity.NOTICE));
    table.assertPlanChangesNothing();
    table.assertRepaired(rows(), 0);
  }

  private final List<Record> deletedByForeign = new ArrayList<>();

  /** Adds a vector and forgets the one that there is: Iceberg lets it pass. */
  private void addVector(
      Table table, java.util.function.Function<FileScanTask, String> path, long... positions) {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      FileScanTask masked =
          java.util.stream.StreamSupport.stream(tasks.spliterator(), false)
              .filter(task -> !task.deletes().isEmpty())
              .findFirst()
              .orElseThrow();
      List<Record> physical = rowsOf(masked.file());
      BaseDVFileWriter writer =
          new BaseDVFileWriter(
              OutputFileFactory.builderFor(table, 1, 1).format(FileFormat.PUFFIN).build(),
              any -> null);
      try (writer) {
        for (long position : positions) {
          writer.delete(path.apply(masked), position, table.spec(), null);
          deletedByForeign.add(physical.get((int) position));
        }
      }
      var delta = table.newRowDelta().validateFromSnapshot(table.currentSnapshot().snapshotId());
      for (DeleteFile vector : writer.result().deleteFiles()) {
        delta.addDeletes(vector);
      }
      delta.commit();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Every row of a file, masked or not, as it stands there. */
  private List<Record> rowsOf(DataFile file) throws IOException {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> read =
        org.apache.iceberg.parquet.Parquet.read(
                org.apache.iceberg.Files.localInput(
                    StoragePaths.withoutFileScheme(file.location())))
            .project(Rows.SCHEMA)
            .createReaderFunc(
                schema ->
                    org.apache.iceberg.data.parquet.GenericParquetReaders.buildReader(
                        Rows.SCHEMA, schema))
            .build()) {
      read.forEach(row -> rows.add(row.copy()));
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keysThatAnotherEngineRepeatsAreMaskedButTheNewest(boolean believedSettled)
      throws IOException {
    BrokenTable table = after(foreign -> append(foreign, believedSettled));
    assertThat(table.verify(table.storage()).sound()).isFalse();
    table.assertPlanChangesNothing();
    // The copy of an older file's rows is the newest commit, and wins.
    for (Record row : appended) {
      model.put((Long) row.getField("id"), row);
    }
    table.assertRepaired(rows(), 0);
  }

  private final List<Record> appended = new ArrayList<>();

  private void append(Table table, boolean believedSettled) {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
      DataFile file = tasks.iterator().next().file();
      String copy = directory + "/data/foreign.parquet";
      Files.copy(Path.of(StoragePaths.withoutFileScheme(file.location())), Path.of(copy));
      appended.addAll(rowsOf(file));
      table
          .newAppend()
          .appendFile(DataFiles.builder(table.spec()).copy(file).withPath(copy).build())
          .commit();
      if (believedSettled) {
        table
            .updateProperties()
            .set("firn.settled", Long.toString(table.currentSnapshot().snapshotId()))
            .commit();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void damageInTheMiddleOfTheLogKeepsWhatLiesBefore() throws IOException {
    List<Record> before = new ArrayList<>();
    BrokenTable table = killed(before, 7, 6);
    String segment = table.last(".wal");
    ByteBuffer bytes = ByteBuffer.wrap(table.bytes(segment));
    int second = SEGMENT_HEADER_BYTES + 8 + bytes.getInt(SEGMENT_HEADER_BYTES);
    table.flip(segment, second + 20);
    table.assertPlanChangesNothing();
    RepairPlan plan = table.assertRepaired(before, 13);
    assertThat(plan.steps().get(0).file()).isEqualTo(segment);
  }

  @Test
  void aLogOfWhichTheEndIsDamagedEndsBefore() throws IOException {
    List<Record> before = new ArrayList<>();
    BrokenTable table = killed(before, 7);
    String segment = table.last(".wal");
    table.flip(segment, table.bytes(segment).length - 5);
    table.assertPlanChangesNothing();
    table.assertRepaired(before, 0);
  }

  @Test
  void theNewestSegmentIsGivenUpOnlyByWhoAcceptsThatNobodyKnowsWhatItHeld() throws IOException {
    BrokenTable table = killed(new ArrayList<>(), 7);
    String segment = table.last(".wal");
    table.set(segment, null);
    assertThat(table.verify(table.storage()).findings())
        .anySatisfy(found -> assertThat(found.file()).isEqualTo(segment));
    table.assertPlanChangesNothing();
    RepairPlan plan = table.assertRepaired(firstLife, RepairPlan.UNKNOWN);
    assertThat(plan.steps().get(0).file()).isEqualTo(segment);
  }

  @Test
  void aDamagedHeadOfTheLogIsWrittenAnew() throws IOException {
    List<Record> before = new ArrayList<>();
    BrokenTable table = killed(before);
    String head = table.last("/wal/head");
    table.flip(head, 33);
    table.assertPlanChangesNothing();
    RepairPlan plan = table.assertRepaired(before, 0);
    assertThat(plan.steps().get(0).file()).isEqualTo(head);
    table.set(head, null);
    table.assertRepaired(before, 0);
  }

  @Test
  void damagedNewestMetadataGoesBackToTheVersionBefore() throws IOException {
    BrokenTable table = table();
    table.flip(table.newestVersion(), 300);
    table.assertPlanChangesNothing();
    long lost = sequences.get(FLUSHES - 1) - sequences.get(FLUSHES - 2);
    RepairPlan plan = table.assertRepaired(states.get(FLUSHES - 2), lost);
    assertThat(plan.steps().get(0).remedy())
        .contains("go back to version")
        .contains("operations " + (sequences.get(FLUSHES - 2) + 1) + " to " + operations);
  }

  @Test
  void lostNewestMetadataGoesBackToTheVersionBeforeAndKeepsTheLog() throws IOException {
    List<Record> written = new ArrayList<>();
    // The newest version is the epoch of the second session: nothing is lost with it.
    BrokenTable table = killed(written);
    table.set(table.newestVersion(), null);
    table.assertPlanChangesNothing();
    table.assertRepaired(written, 0);
  }

  @Test
  void aDamagedManifestListGoesBackToTheSnapshotBefore() throws IOException {
    BrokenTable table = table();
    String current;
    try (FirnTable opened = table.builder(table.storage()).openReadOnly()) {
      long id = opened.snapshots().get(opened.snapshots().size() - 1).snapshotId();
      current = table.last("snap-" + id + "-");
    }
    table.flip(current, 100);
    table.assertPlanChangesNothing();
    long lost = sequences.get(FLUSHES - 1) - sequences.get(FLUSHES - 2);
    table.assertRepaired(states.get(FLUSHES - 2), lost);
  }

  @Test
  void olderSnapshotsAndVersionsThatAreDamagedAreForgotten() throws IOException {
    BrokenTable table = table();
    String oldest;
    try (FirnTable opened = table.builder(table.storage()).openReadOnly()) {
      oldest = table.last("snap-" + opened.snapshots().get(0).snapshotId() + "-");
    }
    table.flip(oldest, 100);
    table.flip(table.last("/metadata/v2.metadata.json"), 200);
    table.assertPlanChangesNothing();
    table.assertRepaired(rows(), 0);
  }

  @Test
  void whatCannotBeRepairedIsLeftAlone() throws IOException {
    BrokenTable table = table();
    for (int version = 1; ; version++) {
      String path = directory + "/metadata/v" + version + ".metadata.json";
      if (table.bytes(path) == null) {
        break;
      }
      table.flip(path, 100);
    }
    table.assertBeyondRepair();
  }

  @Test
  void nothingIsRepairedUnderALiveWriter() throws IOException {
    BrokenTable table = table();
    table.set(table.last("version-hint.text"), null);
    CrashStorage storage = table.storage();
    try (FirnTable live = table.builder(storage).open()) {
      assertThatThrownBy(() -> table.repair(storage).plan()).isInstanceOf(LockedException.class);
      assertThatThrownBy(() -> table.repair(storage).run(0)).isInstanceOf(LockedException.class);
      assertThat(live.get(1L)).isEqualTo(java.util.Optional.ofNullable(model.get(1L)));
    }
  }

  @Test
  void theLogsBeginningIsKnownWithoutItsTable() throws IOException {
    BrokenTable table = table();
    assertThat(LogInspection.begins(table.storage(), directory + "/_firn/wal"))
        .hasValue(operations + 1);
    assertThat(LogInspection.begins(table.storage(), directory + "/elsewhere")).isEmpty();
  }
}
