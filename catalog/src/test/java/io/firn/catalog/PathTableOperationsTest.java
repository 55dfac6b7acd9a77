package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firn.error.CorruptionException;
import io.firn.error.NotATableException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Path tables: published exclusively, found without the hint, readable by Iceberg's own code. */
class PathTableOperationsTest {
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final Storage storage = new LocalStorage();

  @TempDir Path directory;

  private Path metadata() {
    return directory.resolve("table/metadata");
  }

  private PathTableOperations operations() {
    return new PathTableOperations(
        directory.resolve("table").toString(), storage, new DurableFileIO());
  }

  @Test
  void ofRacingCommittersExactlyOneWins() throws Exception {
    Places.PATH.create(directory, storage).close();
    int racers = 4;
    ExecutorService pool = Executors.newFixedThreadPool(racers);
    try {
      for (int round = 0; round < 20; round++) {
        CyclicBarrier start = new CyclicBarrier(racers);
        List<Callable<Boolean>> racing = new ArrayList<>();
        for (int racer = 0; racer < racers; racer++) {
          String name = round + "-" + racer;
          PathTableOperations operations = operations();
          TableMetadata base = operations.refresh();
          TableMetadata updated =
              TableMetadata.buildFrom(base).setProperties(Map.of("winner", name)).build();
          racing.add(
              () -> {
                start.await();
                try {
                  operations.commit(base, updated);
                  return true;
                } catch (CommitFailedException e) {
                  return false;
                }
              });
        }
        int won = 0;
        for (Future<Boolean> result : pool.invokeAll(racing)) {
          won += result.get() ? 1 : 0;
        }
        assertThat(won).isEqualTo(1);
      }
      assertThat(operations().refresh().metadataFileLocation()).endsWith("/v22.metadata.json");
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aCommitterThatStoodStillLongDoesNotPublishIntoTheHoleThatOthersHaveLeft() {
    Places.PATH.create(directory, storage).close();
    PathTableOperations slow = operations();
    TableMetadata base = slow.refresh();
    TableMetadata late = TableMetadata.buildFrom(base).setProperties(Map.of("late", "1")).build();
    PathTableOperations quick = operations();
    String next = "v3.metadata.json";
    for (int i = 0; i < 30; i++) {
      TableMetadata now = quick.refresh();
      quick.commit(now, TableMetadata.buildFrom(now).setProperties(Map.of("i", "" + i)).build());
    }
    assertThat(metadata().resolve(next)).as("deleted, as its base").doesNotExist();
    assertThatThrownBy(() -> slow.commit(base, late)).isInstanceOf(CommitFailedException.class);
    assertThat(metadata().resolve(next)).doesNotExist();
    assertThat(slow.refresh().properties()).containsEntry("i", "29").doesNotContainKey("late");
  }

  @Test
  void icebergsOwnCodeReadsAndWritesTheTable() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(file), Map.of(file.path(), DeletionVector.of(3))));
      Table table = Places.PATH.foreign(directory);
      assertThat(Rows.read(table, table.currentSnapshot().snapshotId())).hasSize(9);
      assertThat(table.location()).isEqualTo(store.location());
      table.updateProperties().set("foreign", "yes").commit();
      store.refresh();
      assertThat(store.properties()).containsEntry("foreign", "yes");
    }
  }

  @Test
  void aLostOrOldHintDoesNoHarm() throws Exception {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      Path hint = metadata().resolve(PathTableOperations.VERSION_HINT);
      assertThat(hint).hasContent("2");
      Files.delete(hint);
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(file), Map.of()));
      assertThat(hint).hasContent("3");
      Files.writeString(hint, "1");
      assertThat(Places.PATH.foreign(directory).currentSnapshot()).isNotNull();
      Files.delete(hint);
      try (TableStore again = Places.PATH.open(directory, storage)) {
        assertThat(again.version().liveRows()).isEqualTo(10);
      }
      assertThat(Places.PATH.foreign(directory).currentSnapshot()).isNotNull();
    }
  }

  @Test
  void aStoreFarBehindCatchesUpAlthoughItsVersionIsGone() {
    try (TableStore store = Places.PATH.create(directory, storage);
        TableStore behind = Places.PATH.open(directory, storage)) {
      for (int round = 0; round < 30; round++) {
        store.updateProperties(Map.of("round", Integer.toString(round)), Set.of());
      }
      assertThat(metadata().resolve("v2.metadata.json")).doesNotExist();
      behind.refresh();
      assertThat(behind.properties()).containsEntry("round", "29");
    }
  }

  @Test
  void damagedMetadataIsAnErrorThatNamesTheFile() throws Exception {
    Places.PATH.create(directory, storage).close();
    Files.writeString(metadata().resolve("v3.metadata.json"), "{ \"format-version\": ");
    assertThatThrownBy(() -> Places.PATH.open(directory, storage))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("v3.metadata.json");
  }

  @Test
  void aDirectoryThatIsNoTableIsRefused() throws Exception {
    Files.createDirectories(metadata());
    Files.writeString(metadata().resolve("notes.txt"), "not a table");
    assertThatThrownBy(() -> Places.PATH.open(directory, storage))
        .isInstanceOf(NotATableException.class)
        .hasMessageContaining(directory.resolve("table").toString());
  }

  @Test
  void aClockThatWentBackStopsNoCommit() throws Exception {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      WrittenFile file = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(file), Map.of()));
    }
    long future = System.currentTimeMillis() + HOUR;
    moveToTheFuture(metadata().resolve("v3.metadata.json"), future);
    try (TableStore store = Places.PATH.open(directory, storage)) {
      store.fence();
      WrittenFile next = Rows.write(store, 0, Rows.range(10, 20, "b"));
      Version version = store.commitFlush(now -> flush(2, List.of(next), Map.of()));
      store.updateProperties(Map.of("a", "b"), Set.of());
      assertThat(store.snapshots().get(1).timestampMillis()).isGreaterThan(future);
      assertThat(store.properties()).containsEntry("a", "b");
      WrittenFile third = Rows.write(store, 0, Rows.range(20, 30, "b"));
      store.commitFlush(now -> flush(3, List.of(third), Map.of()));
      store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of());
      assertThat(store.snapshots()).hasSize(1);
      assertThat(version.liveRows()).isEqualTo(20);
    }
    Table table = Places.PATH.foreign(directory);
    assertThat(table.history()).hasSize(1);
    assertThat(Rows.read(table, table.currentSnapshot().snapshotId())).hasSize(30);
  }

  private static void moveToTheFuture(Path file, long millis) throws Exception {
    rewrite(
        file,
        node -> {
          node.put("last-updated-ms", millis);
          ((ObjectNode) node.get("snapshots").get(0)).put("timestamp-ms", millis);
          ((ObjectNode) node.get("snapshot-log").get(0)).put("timestamp-ms", millis);
        });
  }

  /** Changes a metadata file as another engine would. */
  private static void rewrite(Path file, Consumer<ObjectNode> change) throws Exception {
    ObjectMapper json = new ObjectMapper();
    ObjectNode node = (ObjectNode) json.readTree(file.toFile());
    // As another engine: it does not know the checksum.
    node.remove("firn-checksum");
    change.accept(node);
    Files.writeString(file, json.writeValueAsString(node));
  }

  @Test
  void aMetadataLogThatNamesOtherFilesDeletesNoneOfThem() throws Exception {
    Places.PATH.create(directory, storage).close();
    Path outside = Files.writeString(directory.resolve("v1.metadata.json"), "not of the table");
    Path inside = Files.writeString(metadata().resolve("notes.txt"), "no version");
    List<String> hostile =
        List.of(
            outside.toString(),
            "file:" + outside,
            metadata() + "/../../v1.metadata.json",
            "v1.metadata.json",
            inside.toString());
    rewrite(
        metadata().resolve("v2.metadata.json"),
        node -> {
          ArrayNode log = node.withArray("metadata-log").removeAll();
          hostile.forEach(
              file -> log.addObject().put("timestamp-ms", 1).put("metadata-file", file));
          node.withObject("/properties").put("write.metadata.previous-versions-max", "1");
        });
    try (TableStore store = Places.PATH.open(directory, storage)) {
      store.fence();
      for (int round = 0; round < 5; round++) {
        store.updateProperties(Map.of("round", Integer.toString(round)), Set.of());
      }
    }
    assertThat(outside).exists();
    assertThat(inside).exists();
    assertThat(metadata().resolve("v3.metadata.json")).doesNotExist();
  }
}
