package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.TableLocation;
import io.firn.engine.TableVerifier.Depth;
import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** The files of a table, to be damaged at will, and what a repair must make of them. */
final class BrokenTable {

  private static final int CRASHES = 4;

  private final String directory;
  private final NavigableMap<String, byte[]> files = new TreeMap<>();
  private final List<String> directories = new ArrayList<>();

  private BrokenTable(String directory) {
    this.directory = directory;
  }

  static BrokenTable of(Storage storage, String directory) throws IOException {
    BrokenTable table = new BrokenTable(directory);
    table.collect(storage, directory);
    return table;
  }

  private void collect(Storage storage, String below) throws IOException {
    directories.add(below);
    for (Storage.FileStatus file : storage.list(below)) {
      try (InputFileHandle handle = storage.open(file.path())) {
        byte[] bytes = new byte[(int) handle.length()];
        handle.readFully(0, bytes, 0, bytes.length);
        files.put(file.path(), bytes);
      }
    }
    for (String next : storage.listDirectories(below)) {
      collect(storage, next);
    }
  }

  /** The last file, by name, of which the path contains a text. */
  String last(String part) {
    return files.keySet().stream()
        .filter(path -> path.contains(part))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  String newestVersion() {
    int newest =
        files.keySet().stream()
            .map(StoragePaths::name)
            .filter(name -> name.matches("v\\d+\\.metadata\\.json"))
            .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf('.'))))
            .max()
            .orElseThrow();
    return directory + "/metadata/v" + newest + ".metadata.json";
  }

  byte[] bytes(String path) {
    return files.get(path);
  }

  void set(String path, byte @Nullable [] bytes) {
    if (bytes == null) {
      files.remove(path);
    } else {
      files.put(path, bytes);
    }
  }

  void flip(String path, int at) {
    byte[] bytes = files.get(path).clone();
    bytes[at] ^= 1 << 4;
    files.put(path, bytes);
  }

  /** The files in a storage of its own. */
  CrashStorage storage() throws IOException {
    CrashStorage storage = new CrashStorage();
    for (String each : directories) {
      storage.createDirectories(each);
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      try (OutputFileHandle handle = storage.create(file.getKey())) {
        handle.write(file.getValue(), 0, file.getValue().length);
        handle.sync();
      }
    }
    for (String each : directories) {
      storage.syncDirectory(each);
    }
    return storage;
  }

  TableRepair repair(Storage storage) {
    return new TableRepair(TableLocation.ofPath(directory), storage, null);
  }

  FirnTable.Builder builder(Storage storage) {
    return FirnTable.builder()
        .path(directory)
        .storage(storage)
        .option("compaction-workers", "0")
        .option("flush-interval-millis", "1h");
  }

  VerifyReport verify(Storage storage) {
    return TableVerifier.verify(
        TableLocation.ofPath(directory), storage, Depth.EVERYTHING, (done, total) -> {});
  }

  /**
   * A plan changes no byte; without the right number nothing happens; the repair leaves a table
   * that verifies, with the rows expected and all that was replaced kept aside; and so does one
   * that is interrupted anywhere and done again.
   *
   * @param lost what the plan must say is lost
   */
  RepairPlan assertRepaired(List<Record> expected, long lost) throws IOException {
    CrashStorage storage = storage();
    RepairPlan plan = repair(storage).plan();
    assertThat(plan.steps()).isNotEmpty();
    assertThat(plan.lost()).isEqualTo(lost);
    assertThatThrownBy(() -> repair(storage).run(lost + 1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("nothing was changed");
    assertUnchanged(storage);

    long before = storage.mutations();
    RepairPlan done = repair(storage).run(lost);
    long mutations = storage.mutations() - before;
    assertThat(done.lost()).isEqualTo(lost);
    assertSound(storage, expected, "repaired");
    assertThat(repair(storage).plan().steps()).isEmpty();

    SurvivalMode[] modes = SurvivalMode.values();
    for (long after = 0; after < mutations; after += 1 + mutations / CRASHES) {
      assertRepairedAfterACrash(after, modes[(int) (after % modes.length)], lost, expected);
    }
    return plan;
  }

  /** A repair that loses nothing and is not interrupted. */
  void assertRepairedAtOnce(List<Record> expected) throws IOException {
    CrashStorage storage = storage();
    assertThat(repair(storage).run(0).steps()).isNotEmpty();
    assertSound(storage, expected, "repaired");
  }

  private void assertRepairedAfterACrash(
      long mutations, SurvivalMode mode, long lost, List<Record> expected) throws IOException {
    String moment = "crash after " + mutations + " changes, " + mode + " survives";
    CrashStorage storage = storage();
    storage.crashAfterMutations(mutations);
    try {
      RepairPlan done = repair(storage).run(lost);
      assertThat(done.steps()).as(moment).isNotEmpty();
    } catch (FirnException e) {
      assertThat(storage.crashed()).as("an error without a crash: " + e).isTrue();
    }
    CrashStorage left = storage.crash(mode, mutations);
    long stillLost = repair(left).plan().lost();
    assertThat(stillLost).as(moment).isIn(0L, lost);
    RepairPlan done = repair(left).run(stillLost);
    assertThat(done.lost()).as(moment).isEqualTo(stillLost);
    assertSound(left, expected, moment);
  }

  private void assertSound(Storage storage, List<Record> expected, String moment)
      throws IOException {
    assertThat(verify(storage).findings()).as(moment).isEmpty();
    BrokenTable repaired = of(storage, directory);
    try (FirnTable table = builder(storage).open()) {
      assertThat(Rows.all(table.scan())).as(moment).isEqualTo(expected);
      table.put(Rows.row(1_000_000));
      table.flush();
      assertThat(table.get(1_000_000L)).as(moment).contains(Rows.row(1_000_000));
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      assertThat(repaired.keeps(file.getKey(), file.getValue()))
          .as(moment + ": " + file.getKey() + " is there, or kept aside")
          .isTrue();
    }
  }

  /** Log segments that are in the table, hints, owner's notes and metadata that nobody names go. */
  private boolean keeps(String path, byte[] bytes) {
    String name = StoragePaths.name(path);
    if (name.equals("version-hint.text") || name.startsWith("owner") || path.contains("/wal/")) {
      return !path.endsWith(".wal") || isInTheTableOrKept(path, bytes);
    }
    return files.entrySet().stream()
        .anyMatch(
            file ->
                Arrays.equals(file.getValue(), bytes)
                    && (file.getKey().equals(path)
                        || (file.getKey().startsWith(path) && file.getKey().endsWith(".damaged"))));
  }

  private boolean isInTheTableOrKept(String path, byte[] bytes) {
    boolean set = files.keySet().stream().noneMatch(file -> file.endsWith(".damaged"));
    return set
        || files.containsKey(path)
        || files.entrySet().stream()
            .anyMatch(
                file -> file.getKey().startsWith(path) && Arrays.equals(file.getValue(), bytes));
  }

  /** Nothing is done where nothing can be. */
  void assertBeyondRepair() throws IOException {
    CrashStorage storage = storage();
    RepairPlan plan = repair(storage).plan();
    assertThat(plan.steps())
        .anySatisfy(step -> assertThat(step.kind()).isEqualTo(RepairStep.Kind.IMPOSSIBLE));
    assertThatThrownBy(() -> repair(storage).run(plan.lost())).isInstanceOf(FirnException.class);
    assertUnchanged(storage);
  }

  /** The lock, and who has had it, may be there; nothing else is other than it was. */
  void assertUnchanged(Storage storage) throws IOException {
    BrokenTable now = of(storage, directory);
    now.files.keySet().removeIf(path -> path.contains("/_firn/") && !path.contains("/wal/"));
    NavigableMap<String, byte[]> before = new TreeMap<>(files);
    before.keySet().removeIf(path -> path.contains("/_firn/") && !path.contains("/wal/"));
    assertThat(now.files.keySet()).isEqualTo(before.keySet());
    before.forEach((path, bytes) -> assertThat(now.files.get(path)).as(path).isEqualTo(bytes));
  }

  /** A plan changes nothing at all. */
  void assertPlanChangesNothing() throws IOException {
    CrashStorage storage = storage();
    RepairPlan plan = repair(storage).plan();
    assertThat(plan.steps()).isNotEmpty();
    BrokenTable now = of(storage, directory);
    assertThat(now.files.keySet()).isEqualTo(files.keySet());
    files.forEach((path, bytes) -> assertThat(now.files.get(path)).isEqualTo(bytes));
  }
}
