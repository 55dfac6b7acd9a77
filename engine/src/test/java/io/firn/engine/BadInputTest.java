package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.ClosedException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.LockedException;
import io.firn.error.NotATableException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.StorageException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LiveFiles;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be is refused by name and place, and leaves no trace. */
class BadInputTest {

  @TempDir Path directory;
  private Path home;
  private FirnTable table;

  @BeforeEach
  void open() {
    home = directory.resolve("table");
    table = Rows.at(home).open();
    table.put(Rows.row(1));
  }

  @AfterEach
  void close() {
    table.close();
  }

  private void assertUnchanged() {
    assertThat(Rows.all(table.scan())).containsExactly(Rows.row(1));
    assertThat(table.stats().sequence()).isEqualTo(1);
  }

  @Test
  void anUnknownColumnIsNamedWithThoseThereAre() {
    assertThatThrownBy(() -> table.scan().select("id", "nmae"))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("nmae")
        .hasMessageContaining("name");
    assertThatThrownBy(() -> table.scan().filter(Expressions.equal("nmae", "x")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("nmae");
    Schema other =
        new Schema(
            NestedField.required(1, "id", Types.LongType.get()),
            NestedField.required(2, "nmae", Types.StringType.get()),
            NestedField.optional(3, "amount", Types.DoubleType.get()));
    assertThatThrownBy(() -> table.put(GenericRecord.create(other).copy("id", 2L, "nmae", "x")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("must be name, not nmae");
    assertUnchanged();
    assertThatThrownBy(() -> Rows.at(directory.resolve("other")).key("idd").open())
        .hasMessageContaining("idd");
    assertThat(directory.resolve("other")).doesNotExist();
  }

  @Test
  void aCopiedDirectoryIsReadAndNeverWritten() throws IOException {
    table.flush();
    Path copy = directory.resolve("copy");
    LiveFiles.copy(home, copy);
    assertThatThrownBy(() -> Rows.at(copy).open())
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining(copy.toString())
        .hasMessageContaining(home.toString());
    try (FirnTable read = Rows.at(copy).openReadOnly()) {
      assertThat(Rows.all(read.scan())).containsExactly(Rows.row(1));
    }
    assertUnchanged();
  }

  @Test
  void aTableIsWrittenThroughALinkToItsPlace() throws IOException {
    table.close();
    Path link = Files.createSymbolicLink(directory.resolve("link"), home);
    try (FirnTable linked = Rows.at(link).open()) {
      assertThat(Rows.all(linked.scan())).containsExactly(Rows.row(1));
    }
  }

  @Test
  void aValueOfTheWrongTypeIsRefusedByColumn() {
    Record row = Rows.row(2);
    row.setField("name", 42);
    assertThatThrownBy(() -> table.put(row))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("name")
        .hasMessageNotContaining("42");
    assertThatThrownBy(() -> table.get("one"))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("id");
    assertThatThrownBy(() -> table.get(1L, 2L)).isInstanceOf(InvalidArgumentException.class);
    assertUnchanged();
  }

  @Test
  void aNullInARequiredColumnIsRefusedByColumn() {
    assertThatThrownBy(() -> table.put(Rows.row(2, null, 1.0)))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("name");
    assertUnchanged();
  }

  @Test
  void aBadRowOfABatchLeavesTheBatchAsItWas() {
    WriteBatch batch = table.newBatch().put(Rows.row(2));
    assertThatThrownBy(() -> batch.put(Rows.row(3, null, 1.0)))
        .isInstanceOf(InvalidArgumentException.class);
    assertThat(batch.size()).isEqualTo(1);
    table.write(batch);
    assertThat(Rows.all(table.scan())).containsExactly(Rows.row(1), Rows.row(2));
  }

  @Test
  void floatingPointKeysAreRefusedBecauseNaNAndSignedZeroHaveNoOrder() {
    for (Types.NestedField key :
        List.of(
            NestedField.required(1, "k", Types.DoubleType.get()),
            NestedField.required(1, "k", Types.FloatType.get()))) {
      Path other = directory.resolve("float");
      assertThatThrownBy(
              () ->
                  FirnTable.builder()
                      .path(other.toString())
                      .schema(new Schema(key))
                      .key("k")
                      .open())
          .isInstanceOf(SchemaMismatchException.class)
          .hasMessageContaining("k");
      assertThat(other).doesNotExist();
    }
  }

  @Test
  void aColumnOfATypeThatIsNotStoredIsRefusedByName() {
    for (Type type :
        List.of(
            Types.VariantType.get(),
            Types.GeometryType.crs84(),
            Types.GeographyType.crs84(),
            Types.ListType.ofOptional(9, Types.VariantType.get()))) {
      Path other = directory.resolve("other");
      Schema schema =
          new Schema(
              NestedField.required(1, "k", Types.LongType.get()),
              NestedField.optional(2, "v", type));
      assertThatThrownBy(
              () -> FirnTable.builder().path(other.toString()).schema(schema).key("k").open())
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("Column v");
      assertThat(other).doesNotExist();
    }
  }

  @Test
  void anOptionalKeyColumnIsRefused() {
    assertThatThrownBy(() -> Rows.at(directory.resolve("other")).key("amount").open())
        .hasMessageContaining("amount");
    assertThat(directory.resolve("other")).doesNotExist();
  }

  @Test
  void anOversizedKeyOrRowIsRefused() {
    Path other = directory.resolve("text");
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.StringType.get()),
            NestedField.optional(2, "v", Types.StringType.get()));
    try (FirnTable text =
        FirnTable.builder()
            .path(other.toString())
            .schema(schema)
            .key("k")
            .option("row-bytes-max", "100kb")
            .open()) {
      GenericRecord longKey = GenericRecord.create(schema);
      longKey.setField("k", "x".repeat(40_000));
      assertThatThrownBy(() -> text.put(longKey))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("key");
      GenericRecord longRow = GenericRecord.create(schema);
      longRow.setField("k", "x");
      longRow.setField("v", "y".repeat(200_000));
      assertThatThrownBy(() -> text.put(longRow))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("row-bytes-max");
      assertThat(Rows.all(text.scan())).isEmpty();
    }
  }

  @Test
  void anotherSchemaAtReopenIsRefusedWithTheDifference() {
    table.close();
    Schema wider =
        new Schema(
            NestedField.required(1, "id", Types.LongType.get()),
            NestedField.required(2, "name", Types.StringType.get()),
            NestedField.optional(3, "amount", Types.FloatType.get()));
    assertThatThrownBy(
            () -> FirnTable.builder().path(home.toString()).schema(wider).key("id").open())
        .isInstanceOf(SchemaMismatchException.class)
        .hasMessageContaining("amount")
        .hasMessageContaining("double")
        .hasMessageContaining("float");
    assertThatThrownBy(() -> Rows.at(home).key("name").open())
        .isInstanceOf(SchemaMismatchException.class)
        .hasMessageContaining("[id]");
    table = Rows.at(home).open();
    assertUnchanged();
  }

  @Test
  void aDirectoryThatIsNoTableIsRefusedAndLeftAlone() throws IOException {
    Path plain = Files.createDirectory(directory.resolve("plain"));
    Files.writeString(plain.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> FirnTable.open(plain.toString()))
        .isInstanceOf(NotATableException.class)
        .hasMessageContaining(plain.toString());
    assertThatThrownBy(
            () -> FirnTable.builder().path(directory.resolve("none").toString()).openReadOnly())
        .isInstanceOf(NotATableException.class);
    Path notes = plain.resolve("notes.txt");
    assertThatThrownBy(() -> Rows.at(notes).open())
        .isInstanceOf(NotATableException.class)
        .hasMessageContaining(notes + " is a file");
    assertThat(notes).hasContent("mine");
    assertThat(plain).isDirectoryContaining(file -> file.endsWith("notes.txt"));
    assertThat(plain.toFile().list()).hasSize(1);
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @Test
  void aSecondWriterIsRefusedAndTheFirstGoesOn() {
    assertThatThrownBy(() -> Rows.at(home).open())
        .isInstanceOf(LockedException.class)
        .hasMessageContaining(home.toString());
    assertUnchanged();
    table.put(Rows.row(2));
    assertThat(table.get(2L)).contains(Rows.row(2));
  }

  @Test
  void aDiskThatCannotBeWrittenIsNamed() {
    FaultStorage storage = new FaultStorage(new LocalStorage());
    storage.on(StorageOperation.CREATE).failForGood(() -> new IOException("Read-only file system"));
    assertThatThrownBy(() -> Rows.at(directory.resolve("readonly")).storage(storage).open())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("readonly");
    assertThat(directory.resolve("readonly/metadata"))
        .satisfiesAnyOf(
            metadata -> assertThat(metadata).doesNotExist(),
            metadata -> assertThat(metadata).isEmptyDirectory());

    table.close();
    for (StorageOperation writing :
        List.of(
            StorageOperation.CREATE,
            StorageOperation.PUBLISH,
            StorageOperation.REPLACE,
            StorageOperation.LOCK)) {
      storage.on(writing).failForGood(() -> new IOException("Read-only file system"));
    }
    assertThatThrownBy(() -> Rows.at(home).storage(storage).open())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(home.toString());
    try (FirnTable reader =
        FirnTable.builder().path(home.toString()).storage(storage).openReadOnly()) {
      assertThat(Rows.all(reader.scan())).containsExactly(Rows.row(1));
    }
    table = Rows.at(home).open();
    assertUnchanged();
  }

  @Test
  void unknownAndImpossibleOptionsAreRefusedTogether() {
    assertThatThrownBy(
            () ->
                Rows.at(directory.resolve("other"))
                    .option("memtable-bytes-maxx", "1")
                    .option("flush-workers", "0")
                    .option("durability", "maybe")
                    .open())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("memtable-bytes-maxx")
        .hasMessageContaining("flush-workers")
        .hasMessageContaining("durability");
    assertThat(directory.resolve("other")).doesNotExist();
  }

  @Test
  void aClosedTableSaysSo() {
    table.close();
    assertThatThrownBy(() -> table.put(Rows.row(2))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> table.get(1L)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> table.flush()).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> Rows.all(table.scan())).isInstanceOf(ClosedException.class);
    table.close();
  }

  @Test
  void aTableOpenForReadingRefusesWrites() {
    table.flush();
    try (FirnTable reader = FirnTable.builder().path(home.toString()).openReadOnly()) {
      assertThatThrownBy(() -> reader.put(Rows.row(2)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("reading only");
      assertThat(reader.get(1L)).contains(Rows.row(1));
      table.put(Rows.row(2));
      table.flush();
      assertThat(reader.get(2L)).isEmpty();
      reader.refresh();
      assertThat(reader.get(2L)).contains(Rows.row(2));
    }
  }
}
