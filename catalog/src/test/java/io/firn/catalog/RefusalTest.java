package io.firn.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.ClosedException;
import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables and arguments that Firn cannot serve are refused, by a typed error that says why. */
class RefusalTest {
  private static final Schema KEYED = new Schema(Rows.SCHEMA.columns(), Set.of(1));

  private final Storage storage = new LocalStorage();

  @TempDir Path directory;

  private void refused(
      Schema schema,
      PartitionSpec spec,
      Map<String, String> properties,
      Class<? extends FirnException> error,
      String message) {
    String path = directory.resolve("t" + System.nanoTime()).toString();
    new HadoopTables().create(schema, spec, properties, path);
    assertThatThrownBy(
            () -> {
              try (TableStore store = TableStore.open(TableLocation.ofPath(path), storage)) {
                store.fence();
              }
            })
        .isInstanceOf(error)
        .hasMessageContaining(message);
  }

  @Test
  void aPathThatNoFileSystemHasIsRefused() {
    assertThatThrownBy(() -> TableLocation.ofPath("ta\0ble"))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("A table directory cannot be");
  }

  @Test
  void tablesThatAreNotForFirnAreRefused() {
    Map<String, String> v3 = Map.of("format-version", "3");
    PartitionSpec none = PartitionSpec.unpartitioned();
    refused(
        KEYED, none, Map.of("format-version", "1"), UnsupportedFeatureException.class, "version 1");
    refused(
        KEYED,
        PartitionSpec.builderFor(KEYED).bucket("id", 4).build(),
        v3,
        UnsupportedFeatureException.class,
        "partitioned");
    refused(
        KEYED,
        none,
        Map.of("format-version", "3", "encryption.key-id", "k"),
        UnsupportedFeatureException.class,
        "encrypted");
    refused(
        KEYED,
        none,
        Map.of("format-version", "3", "write.parquet.compression-codec", "lz5"),
        UnsupportedFeatureException.class,
        "lz5");
    refused(Rows.SCHEMA, none, v3, SchemaMismatchException.class, "identifier fields");
    refused(
        KEYED,
        none,
        Map.of("format-version", "3", "firn.key", "one"),
        SchemaMismatchException.class,
        "firn.key");
  }

  @Test
  void aTableMadeByAnotherEngineIsOpenedIfItHasAKey() {
    String path = directory.resolve("foreign").toString();
    new HadoopTables()
        .create(KEYED, PartitionSpec.unpartitioned(), Map.of("format-version", "3"), path);
    try (TableStore store = TableStore.open(TableLocation.ofPath(path), storage)) {
      assertThat(store.fence()).isEqualTo(1);
      assertThat(store.properties()).containsEntry("firn.key", "1");
    }
  }

  @Test
  void aTableThatCannotBeWrittenCanBeRead() {
    String path = directory.resolve("partitioned").toString();
    new HadoopTables()
        .create(
            KEYED,
            PartitionSpec.builderFor(KEYED).bucket("id", 4).build(),
            Map.of("format-version", "3"),
            path);
    try (TableStore store = TableStore.open(TableLocation.ofPath(path), storage)) {
      assertThat(store.version().files()).isEmpty();
      assertThatThrownBy(store::checkWritable)
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("partitioned");
    }
  }

  @Test
  void equalityDeletesOnOtherColumnsThanTheKeyAreRefused() {
    try (TableStore store = Places.PATH.create(directory, storage)) {
      var table = Places.PATH.foreign(directory);
      table
          .newRowDelta()
          .addDeletes(
              FileMetadata.deleteFileBuilder(table.spec())
                  .ofEqualityDeletes(2)
                  .withPath(store.location() + "/data/eq.parquet")
                  .withFormat(FileFormat.PARQUET)
                  .withFileSizeInBytes(10)
                  .withRecordCount(1)
                  .build())
          .commit();
      Version before = store.version();
      assertThatThrownBy(store::refresh)
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("eq.parquet");
      assertThat(store.version()).isSameAs(before);
    }
  }

  @Test
  void impossibleTablesAreNotCreated() {
    TableLocation location = Places.PATH.in(directory);
    Schema schema =
        new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.required(2, "x", Types.DoubleType.get()),
            Types.NestedField.optional(3, "y", Types.LongType.get()));
    for (List<String> key :
        List.of(List.of("none"), List.of("x"), List.of("y"), List.<String>of())) {
      assertThatThrownBy(() -> TableStore.create(location, storage, schema, key, Map.of()))
          .isInstanceOf(SchemaMismatchException.class);
    }
    assertThatThrownBy(
            () ->
                TableStore.create(
                    location, storage, schema, List.of("id"), Map.of("format-version", "4")))
        .isInstanceOf(UnsupportedFeatureException.class);
    assertThat(directory.resolve("table")).doesNotExist();
  }

  @Test
  void placesThatCannotBeAreRefused() {
    for (String path : List.of("", " ", "s3://bucket/t", "hdfs://h/t")) {
      assertThatThrownBy(() -> TableLocation.ofPath(path))
          .isInstanceOf(InvalidArgumentException.class);
    }
    assertThat(TableLocation.ofPath("file:///tmp/a/../b")).hasToString("/tmp/b");
    assertThat(TableLocation.ofPath("/tmp/b/")).isEqualTo(TableLocation.ofPath("file:/tmp/b"));
    TableLocation unknown =
        TableLocation.ofCatalog("c", Map.of("type", "nothing"), TableIdentifier.of("t"));
    assertThatThrownBy(() -> TableStore.open(unknown, storage))
        .isInstanceOf(FirnException.class)
        .hasMessageContaining("c");
    assertThat(TableLocation.ofCatalog("c", Map.of("password", "x"), TableIdentifier.of("a", "t")))
        .hasToString("c.a.t");
  }

  @Test
  void ownPropertiesAreNotForSettingAndAClosedStoreSaysSo() {
    TableStore store = Places.PATH.create(directory, storage);
    for (String property : List.of("firn.epoch", "firn.sequence", "firn.key", "format-version")) {
      assertThatThrownBy(() -> store.updateProperties(Map.of(property, "1"), Set.of()))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining(property);
      assertThatThrownBy(() -> store.updateProperties(Map.of(), Set.of(property)))
          .isInstanceOf(InvalidArgumentException.class);
    }
    store.updateProperties(Map.of("a", "1", "b", "2"), Set.of());
    store.updateProperties(Map.of("a", "3"), Set.of("b"));
    assertThat(store.properties()).containsEntry("a", "3").doesNotContainKey("b");
    assertThatThrownBy(() -> store.table().updateProperties().set("x", "y").commit())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> store.newDataFilePath(100))
        .isInstanceOf(InvalidArgumentException.class);
    store.close();
    store.close();
    assertThatThrownBy(store::refresh).isInstanceOf(ClosedException.class);
  }
}
