package io.firn.format;

import static io.firn.format.RandomTables.comparable;
import static io.firn.format.RandomTables.drain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.CorruptionException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ForeignFilesTest {

  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path directory;

  private final DataFileReaders readers =
      new DataFileReaders(new LocalStorage(), CacheOptions.defaults().withPageBytes(1 << 20));

  @AfterEach
  void close() {
    readers.close();
  }

  @Test
  void sortedFilesOfIcebergsWriterAreReadAsOurOwn() throws IOException {
    Random random = seeds.random();
    for (int round = 0; round < 30; round++) {
      TableSchema table = RandomTables.table(random, 2);
      NavigableMap<byte[], Record> rows =
          RandomTables.rows(table, random, 1 + random.nextInt(round % 5 == 0 ? 3000 : 300));
      Path file = write("f" + round, table.schema(), rows.values(), random);
      try (DataFileReader reader = readers.open(file.toString(), Files.size(file), table)) {
        assertThat(reader.hasIndex()).isFalse();
        DataFileReaderTest.checkReader(reader, table, rows, random);
      }
    }
  }

  @Test
  void unsortedFilesAreSearchedAndScannedInOrderOfKey() throws IOException {
    Random random = seeds.random();
    for (int round = 0; round < 5; round++) {
      TableSchema table = RandomTables.table(random, 1);
      NavigableMap<byte[], Record> sorted =
          RandomTables.rows(table, random, 50 + random.nextInt(800));
      List<Record> rows = new ArrayList<>(sorted.values());
      Collections.shuffle(rows, random);
      rows.add(rows.get(0)); // a repeated key
      Path file = write("f" + round, table.schema(), rows, random);
      try (DataFileReader reader = readers.open(file.toString(), Files.size(file), table)) {
        Projection all = Projection.all(table);
        assertThat(reader.sorted()).isFalse();
        assertThat(drain(reader.scan(all, 0, rows.size(), null))).isEqualTo(comparable(rows));
        assertThat(reader.firstKey()).isEqualTo(sorted.firstKey());
        assertThat(reader.lastKey()).isEqualTo(sorted.lastKey());
        assertThatThrownBy(() -> reader.lowerBound(sorted.firstKey()))
            .isInstanceOf(IllegalStateException.class);
        for (int i = 1; i < rows.size(); i++) {
          assertThat(reader.find(table.keys().encodeFromRow(rows.get(i)))).isEqualTo(i);
        }
        byte[] repeated = table.keys().encodeFromRow(rows.get(0));
        KeyList keys = new KeyList();
        keys.add(repeated);
        List<Long> found = new ArrayList<>();
        reader.find(keys, 0, 1, (index, position) -> found.add(position));
        assertThat(found).containsExactly(0L, rows.size() - 1L);
        checkScanKeys(reader, table, sorted, repeated, random);
      }
    }
  }

  private static void checkScanKeys(
      DataFileReader reader,
      TableSchema table,
      NavigableMap<byte[], Record> sorted,
      byte[] repeated,
      Random random) {
    List<byte[]> keys = new ArrayList<>(sorted.keySet());
    int from = random.nextInt(keys.size());
    int to = from + random.nextInt(keys.size() - from);
    List<Record> expected = new ArrayList<>();
    sorted
        .subMap(keys.get(from), keys.get(to))
        .forEach(
            (key, row) -> {
              expected.add(row);
              if (KeyCodec.compare(key, repeated) == 0) {
                expected.add(row);
              }
            });
    Projection all = Projection.all(table);
    assertThat(drain(reader.scanKeys(all, keys.get(from), keys.get(to), null)))
        .isEqualTo(comparable(expected));
    assertThat(
            DataFileReaderTest.drainReverse(
                reader.scanKeysReverse(all, keys.get(from), keys.get(to), null)))
        .isEqualTo(comparable(expected));
  }

  @Test
  void everyEncodingIsReadPageByPage() throws IOException {
    Random random = seeds.random();
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.LongType.get()),
            NestedField.optional(2, "i", Types.IntegerType.get()),
            NestedField.optional(3, "f", Types.FloatType.get()),
            NestedField.required(4, "d", Types.DoubleType.get()),
            NestedField.optional(5, "s", Types.StringType.get()),
            NestedField.optional(6, "b", Types.BooleanType.get()),
            NestedField.required(7, "x", Types.FixedType.ofLength(5)));
    TableSchema table = TableSchema.of(schema, List.of(1));
    MessageType type = ParquetSchemaUtil.convert(schema, "table");
    int round = 0;
    for (WriterVersion version : WriterVersion.values()) {
      for (CompressionCodecName codec :
          List.of(
              CompressionCodecName.UNCOMPRESSED,
              CompressionCodecName.SNAPPY,
              CompressionCodecName.GZIP,
              CompressionCodecName.ZSTD)) {
        for (int variant = 0; variant < 3; variant++) {
          Path file = directory.resolve("e" + round++);
          List<List<Object>> rows = new ArrayList<>();
          try (ParquetWriter<Group> writer =
              ExampleParquetWriter.builder(new LocalOutputFile(file))
                  .withType(type)
                  .withWriterVersion(version)
                  .withCompressionCodec(codec)
                  .withDictionaryEncoding(variant == 1)
                  .withByteStreamSplitEncoding(variant == 2)
                  .withPageSize(2048)
                  .withPageRowCountLimit(500)
                  .withRowGroupSize(20_000L)
                  .withMinRowCountForPageSizeCheck(50)
                  .build()) {
            SimpleGroupFactory groups = new SimpleGroupFactory(type);
            for (int i = 0; i < 1500; i++) {
              rows.add(writeRow(writer, groups, i, random));
            }
          }
          try (DataFileReader reader = readers.open(file.toString(), Files.size(file), table)) {
            assertThat(drain(reader.scan(Projection.all(table), 0, 1500, null)))
                .as("%s %s %s", version, codec, variant)
                .isEqualTo(rows);
            assertThat(reader.find(table.keys().encode(2 * 1234L))).isEqualTo(1234);
            assertThat(GenericValues.comparable(reader.read(1234, Projection.all(table))))
                .isEqualTo(rows.get(1234));
          }
        }
      }
    }
  }

  private static List<Object> writeRow(
      ParquetWriter<Group> writer, SimpleGroupFactory groups, int i, Random random)
      throws IOException {
    List<Object> row = new ArrayList<>();
    Group group = groups.newGroup();
    row.add(2L * i);
    group.add("k", 2L * i);
    row.add(random.nextInt(5) == 0 ? null : random.nextInt(50));
    if (row.get(1) != null) {
      group.add("i", (int) row.get(1));
    }
    row.add(i % 7 == 0 ? null : random.nextInt(20) / 4f);
    if (row.get(2) != null) {
      group.add("f", (float) row.get(2));
    }
    row.add(random.nextGaussian());
    group.add("d", (double) row.get(3));
    row.add(i > 2000 ? null : "text " + random.nextInt(300));
    if (row.get(4) != null) {
      group.add("s", (String) row.get(4));
    }
    row.add(i % 3 == 0 ? null : random.nextInt(10) == 0);
    if (row.get(5) != null) {
      group.add("b", (boolean) row.get(5));
    }
    byte[] fixed = {1, 2, (byte) random.nextInt(3), 4, (byte) i};
    row.add(GenericValues.comparable(fixed));
    group.add("x", Binary.fromConstantByteArray(fixed));
    writer.write(group);
    return row;
  }

  @Test
  void pagesArePrunedOnlyWhenNoRowOfThemMatches() throws IOException {
    Random random = seeds.random();
    Schema schema = RandomExpressions.schema();
    List<NestedField> fields = new ArrayList<>(schema.columns());
    fields.add(NestedField.required(200, "key", Types.LongType.get()));
    TableSchema table = TableSchema.of(new Schema(fields), List.of(200));
    RandomExpressions expressions = new RandomExpressions(random, schema);
    long pruned = 0;
    for (int round = 0; round < 6; round++) {
      List<Record> rows = new ArrayList<>();
      RandomRows generator = new RandomRows(random);
      Record row = null;
      for (int i = 0; i < 600; i++) {
        // Runs of equal rows, so that pages have bounds that exclude something.
        row =
            row == null || random.nextInt(60) == 0
                ? RandomTables.row(table, generator)
                : row.copy();
        row.setField("key", (long) i);
        rows.add(row);
      }
      Path file = write("f" + round, table.schema(), rows, random);
      try (DataFileReader reader = readers.open(file.toString(), Files.size(file), table)) {
        for (int e = 0; e < 60; e++) {
          pruned += checkPruning(reader, table, rows, expressions.next(rows, 2));
        }
      }
    }
    assertThat(pruned).isGreaterThan(300);
  }

  private static long checkPruning(
      DataFileReader reader, TableSchema table, List<Record> rows, Expression expression) {
    Evaluator evaluator = new Evaluator(table.schema().asStruct(), expression, true);
    List<Long> read = new ArrayList<>();
    try (RowScan scan = reader.scan(Projection.all(table), 0, rows.size(), expression)) {
      while (scan.next()) {
        for (int i = 0; i < scan.batch().rowCount(); i++) {
          read.add(scan.position(i));
          assertThat(scan.batch().column(scan.batch().indexOf(200)).value(i))
              .isEqualTo(scan.position(i));
        }
      }
    }
    for (long i = 0; i < rows.size(); i++) {
      if (evaluator.eval(new InternalRow(table.schema().asStruct(), rows.get((int) i)))) {
        assertThat(Collections.binarySearch(read, i))
            .as("row %s, %s", i, expression)
            .isNotNegative();
      }
    }
    return (long) rows.size() - read.size();
  }

  @Test
  void somethingElseThanParquetIsCorrupt() throws IOException {
    TableSchema table =
        TableSchema.of(new Schema(NestedField.required(1, "k", Types.LongType.get())), List.of(1));
    Path file = directory.resolve("text");
    Files.writeString(file, "this is no Parquet file, and never was one");
    assertThatThrownBy(() -> readers.open(file.toString(), Files.size(file), table))
        .isInstanceOf(CorruptionException.class);
    assertThatThrownBy(() -> readers.open(file.toString(), 7, table))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("should be 7");
  }

  @Test
  void columnsAddedOrWidenedLaterAreFilledAndPromoted() throws IOException {
    Schema old =
        new Schema(
            NestedField.required(1, "k", Types.IntegerType.get()),
            NestedField.optional(2, "f", Types.FloatType.get()),
            NestedField.optional(3, "d", Types.DecimalType.of(9, 2)),
            NestedField.optional(4, "e", Types.DecimalType.of(18, 2)));
    Schema now =
        new Schema(
            NestedField.required(1, "key", Types.LongType.get()),
            NestedField.optional(2, "f", Types.DoubleType.get()),
            NestedField.optional(3, "d", Types.DecimalType.of(12, 2)),
            NestedField.optional(4, "e", Types.DecimalType.of(30, 2)),
            NestedField.optional("added")
                .withId(5)
                .ofType(Types.StringType.get())
                .withInitialDefault(Expressions.lit("before"))
                .build(),
            NestedField.optional(6, "nothing", Types.DateType.get()));
    TableSchema before = TableSchema.of(old, List.of(1));
    TableSchema after = TableSchema.of(now, List.of(1));
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Record row = GenericRecord.create(old);
      row.set(0, i * 3);
      row.set(1, i % 4 == 0 ? null : i / 2f);
      row.set(2, i % 5 == 0 ? null : java.math.BigDecimal.valueOf(-i, 2));
      row.set(3, i % 6 == 0 ? null : java.math.BigDecimal.valueOf(i * 1000L, 2));
      rows.add(row);
    }
    WrittenFile ours =
        RandomTables.write(
            new LocalStorage(),
            directory.resolve("ours").toString(),
            before,
            rows,
            WriterOptions.forScans());
    Path theirs = write("theirs", old, rows, seeds.random());
    for (Path file : List.of(Path.of(ours.path()), theirs)) {
      try (DataFileReader reader = readers.open(file.toString(), Files.size(file), after)) {
        assertThat(reader.find(after.keys().encode(30L))).isEqualTo(10);
        Projection lineage = Projection.withLineage(after);
        List<Object> read = drain(reader.scan(lineage, 0, 100, null));
        for (int i = 0; i < 100; i++) {
          List<Object> expected = new ArrayList<>();
          expected.add(i * 3L);
          expected.add(i % 4 == 0 ? null : (double) (i / 2f));
          expected.add(rows.get(i).get(2));
          expected.add(rows.get(i).get(3));
          expected.add("before");
          expected.addAll(Collections.nCopies(3, null));
          assertThat(read.get(i)).isEqualTo(expected);
          assertThat(GenericValues.comparable(reader.read(i, lineage))).isEqualTo(expected);
        }
      }
    }
  }

  private Path write(String name, Schema schema, Iterable<Record> rows, Random random)
      throws IOException {
    Path file = directory.resolve(name);
    try (FileAppender<Record> appender =
        Parquet.write(org.apache.iceberg.Files.localOutput(file.toFile()))
            .schema(schema)
            .createWriterFunc(GenericParquetWriter::create)
            .writerVersion(List.of(WriterVersion.values()).get(random.nextInt(2)))
            .set("write.parquet.compression-codec", random.nextBoolean() ? "zstd" : "gzip")
            .set("write.parquet.page-size-bytes", String.valueOf(200 + random.nextInt(4000)))
            .set("write.parquet.page-row-limit", String.valueOf(10 + random.nextInt(200)))
            .set(
                "write.parquet.row-group-size-bytes", String.valueOf(4000 + random.nextInt(60_000)))
            .set("write.parquet.row-group-check-min-record-count", "20")
            .build()) {
      rows.forEach(appender::add);
    }
    return file;
  }
}
