package io.firn.catalog;

import static io.firn.catalog.Places.flush;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.CorruptionException;
import io.firn.format.WrittenFile;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage to the files that have no checksum by Iceberg's formats. */
class ChecksumTest {

  @TempDir Path directory;
  private final Storage storage = new LocalStorage();

  /** Two data files with a deletion vector each, in three commits. */
  @BeforeEach
  void create() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      WrittenFile one = Rows.write(store, 0, Rows.range(0, 10, "a"));
      WrittenFile two = Rows.write(store, 0, Rows.range(10, 20, "b"));
      store.commitFlush(now -> flush(1, List.of(one), Map.of()));
      store.commitFlush(now -> flush(2, List.of(two), Map.of(one.path(), DeletionVector.of(3, 4))));
      store.commitFlush(now -> flush(3, List.of(), Map.of(two.path(), DeletionVector.of(5, 7))));
    }
  }

  private List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  private void assertDamaged(Path file) {
    assertThatThrownBy(() -> Places.PATH.open(directory, storage).close())
        .as("%s", file)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(file.getFileName().toString());
  }

  private void anyByteMatters(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at += 61) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      Files.write(file, damaged);
      assertDamaged(file);
    }
    Files.write(file, new byte[0]);
    assertDamaged(file);
    Files.write(file, bytes);
    Places.PATH.open(directory, storage).close();
  }

  @Test
  void anyByteOfTheManifestsInUseMatters() throws IOException {
    Table table = Places.PATH.foreign(directory);
    for (var manifest : table.currentSnapshot().allManifests(table.io())) {
      anyByteMatters(local(manifest.path()));
    }
    anyByteMatters(local(table.currentSnapshot().manifestListLocation()));
  }

  @Test
  void anyByteOfADeletionVectorsFileMatters() throws IOException {
    for (Path file : files(".puffin")) {
      anyByteMatters(file);
    }
  }

  @Test
  void aChangedNumberInTheMetadataIsNoticed() throws IOException {
    Path newest = newest();
    String json = Files.readString(newest);
    Files.writeString(
        newest, json.replaceFirst("\"firn.sequence\":\"3\"", "\"firn.sequence\":\"7\""));
    assertThat(newest).content().isNotEqualTo(json);
    assertDamaged(newest);
  }

  @Test
  void anyByteOfTheMetadataMatters() throws IOException {
    Path newest = newest();
    anyByteMatters(newest);
    byte[] bytes = Files.readAllBytes(newest);
    for (int at = bytes.length - 40; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      Files.write(newest, damaged);
      assertDamaged(newest);
    }
    Files.write(newest, Arrays.copyOf(bytes, bytes.length + 1));
    assertDamaged(newest);
  }

  @Test
  void anyByteOfTheMetadataThatACatalogWritesMatters() throws IOException {
    Path other = Files.createDirectory(directory.resolve("catalog"));
    try (TableStore store = Places.JDBC.create(other, storage)) {
      WrittenFile one = Rows.write(store, 0, Rows.range(0, 10, "a"));
      store.commitFlush(now -> flush(1, List.of(one), Map.of()));
    }
    Table table = Places.JDBC.foreign(other);
    Path newest = local(((HasTableOperations) table).operations().current().metadataFileLocation());
    byte[] bytes = Files.readAllBytes(newest);
    for (int at = 0; at < bytes.length; at += 97) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      Files.write(newest, damaged);
      assertThatThrownBy(() -> Places.JDBC.open(other, storage).close())
          .as("byte %d", at)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(newest.getFileName().toString());
    }
    Files.write(newest, bytes);
    Places.JDBC.open(other, storage).close();
  }

  @Test
  void anOlderVersionUnderTheNewestNameIsNoticed() throws IOException {
    Path newest = newest();
    Path before =
        newest.resolveSibling("v" + (files(".metadata.json").size() - 1) + ".metadata.json");
    Files.write(newest, Files.readAllBytes(before));
    assertDamaged(newest);
  }

  @Test
  void aLostVersionIsNoticedByTheHint() throws IOException {
    Path newest = newest();
    Files.delete(newest);
    assertDamaged(newest);
    Files.delete(newest.resolveSibling(PathTableOperations.VERSION_HINT));
    try (TableStore store = Places.PATH.open(directory, storage)) {
      assertThat(store.version().flushedSequence()).isEqualTo(2);
    }
  }

  @Test
  void oneVectorsFileInThePlaceOfAnotherIsNoticed() throws IOException {
    List<Path> vectors = files(".puffin");
    assertThat(vectors).hasSize(2);
    Files.write(vectors.get(0), Files.readAllBytes(vectors.get(1)));
    assertDamaged(vectors.get(0));
  }

  @Test
  void whatOtherEnginesWriteHasNoChecksumsAndIsRead() {
    Table table = Places.PATH.foreign(directory);
    table.updateProperties().set("foreign", "yes").commit();
    table.newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit();
    try (TableStore store = Places.PATH.open(directory, storage)) {
      assertThat(store.properties()).containsEntry("foreign", "yes");
      assertThat(store.version().liveRows()).isZero();
    }
  }

  private Path newest() throws IOException {
    return directory
        .resolve("table/metadata")
        .resolve("v" + files(".metadata.json").size() + ".metadata.json");
  }

  private static Path local(String path) {
    return Path.of(StoragePaths.withoutFileScheme(path));
  }
}
