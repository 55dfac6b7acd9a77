package io.firn.format;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DataFileWriterTest {

  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path directory;

  private final LocalStorage storage = new LocalStorage();

  @Test
  void icebergReadsBackWhatWasWrittenForAnySchema() throws IOException {
    Random random = seeds.random();
    for (int round = 0; round < 20; round++) {
      TableSchema table = randomTable(random);
      List<Record> rows = randomRows(table, random, 1 + random.nextInt(600));
      WrittenFile file = write("f" + round, table, rows, randomOptions(random), random);
      assertThat(file.rowCount()).isEqualTo(rows.size());
      assertThat(comparable(readWithIceberg(file.path(), table.schema())))
          .isEqualTo(comparable(rows));
    }
  }

  @Test
  void everyPageChecksumHoldsAndTheIndexSaysWhereEveryPageIs() throws IOException {
    Random random = seeds.random();
    for (int round = 0; round < 10; round++) {
      TableSchema table = randomTable(random);
      List<Record> rows = randomRows(table, random, 1 + random.nextInt(2000));
      WrittenFile file = write("f" + round, table, rows, randomOptions(random), random);
      DataFileIndex index;
      try (InputFileHandle handle = storage.open(file.path())) {
        index = DataFileIndex.read(handle);
      }
      assertThat(index).isNotNull();
      assertThat(index.rowCount()).isEqualTo(rows.size());
      assertThat(index.firstKey()).isEqualTo(file.firstKey());
      assertThat(index.lastKey()).isEqualTo(file.lastKey());
      ParquetReadOptions options =
          ParquetReadOptions.builder().usePageChecksumVerification(true).build();
      try (ParquetFileReader reader =
          ParquetFileReader.open(new LocalInputFile(Path.of(file.path())), options)) {
        List<ColumnDescriptor> columns = reader.getFileMetaData().getSchema().getColumns();
        assertThat(index.columns()).hasSameSizeAs(columns);
        assertThat(index.rowGroupCount()).isEqualTo(reader.getRowGroups().size());
        for (int group = 0; group < index.rowGroupCount(); group++) {
          PageReadStore pages = reader.readNextRowGroup();
          for (int c = 0; c < columns.size(); c++) {
            checkPages(index.columns().get(c), group, pages.getPageReader(columns.get(c)));
          }
        }
      }
    }
  }

  private static void checkPages(ColumnLayout layout, int group, PageReader pages) {
    assertThat(pages.readDictionaryPage() != null).isEqualTo(layout.hasDictionary(group));
    int page = layout.firstPage(group);
    for (DataPage read = pages.readPage(); read != null; read = pages.readPage()) {
      int values = layout.pageValues(page);
      int bytes = layout.page(page).uncompressedLength();
      if (layout.isPiece(page)) {
        while (++page < layout.firstPage(group + 1)
            && layout.isPiece(page)
            && layout.page(page).headerLength() == 0) {
          values += layout.pageValues(page);
          bytes += layout.page(page).uncompressedLength();
        }
        bytes += layout.maxDefinitionLevel() == 0 ? 0 : levelsLength(values);
        bytes += layout.pageBitWidth(page - 1) == 0 ? 0 : 1;
      } else {
        page++;
      }
      assertThat(values).isEqualTo(read.getValueCount());
      assertThat(bytes).isEqualTo(read.getUncompressedSize());
    }
    assertThat(page).isEqualTo(layout.firstPage(group + 1));
  }

  @Test
  void otherReadersFindLargePagesOfWhichLookupsDecompressPieces() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.LongType.get()),
            NestedField.optional(2, "number", Types.DoubleType.get()),
            NestedField.optional(3, "text", Types.StringType.get()),
            NestedField.optional(4, "category", Types.StringType.get()),
            NestedField.required(5, "flag", Types.BooleanType.get()),
            NestedField.optional(6, "random", Types.LongType.get()),
            NestedField.optional(7, "sparse", Types.IntegerType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1));
    Random random = seeds.random();
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      Record row = GenericRecord.create(schema);
      row.set(0, (long) i);
      row.set(1, random.nextInt(1 << 20) / 8.0);
      row.set(2, Integer.toHexString(random.nextInt()));
      row.set(3, "category " + random.nextInt(1 + i / 500));
      row.set(4, random.nextInt(3) == 0);
      row.set(5, random.nextLong());
      row.set(6, random.nextInt(10) == 0 ? null : i);
      rows.add(row);
    }
    WrittenFile file = write("f", table, rows, WriterOptions.forScans(), random);
    assertThat(comparable(readWithIceberg(file.path(), schema))).isEqualTo(comparable(rows));
    try (InputFileHandle handle = storage.open(file.path());
        ParquetFileReader parquet =
            ParquetFileReader.open(new LocalInputFile(Path.of(file.path())))) {
      DataFileIndex index = DataFileIndex.read(handle);
      for (int c = 0; c < schema.columns().size(); c++) {
        ColumnLayout layout = index.columns().get(c);
        int pages =
            parquet
                .readOffsetIndex(parquet.getRowGroups().get(0).getColumns().get(c))
                .getPageCount();
        if (schema.columns().get(c).name().equals("sparse")) {
          assertThat(pages).as("pages with nulls stand alone").isEqualTo(layout.pageCount());
        } else {
          assertThat(pages).as(schema.columns().get(c).name()).isLessThanOrEqualTo(8);
          assertThat(layout.pageCount()).isGreaterThan(3 * pages);
        }
      }
    }
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), table)) {
      Projection all = Projection.all(table);
      for (int i = 0; i < 500; i++) {
        int row = random.nextInt(rows.size());
        assertThat(GenericValues.comparable(reader.read(row, all)))
            .isEqualTo(GenericValues.comparable(rows.get(row)));
      }
      assertThat(RandomTables.drain(reader.scan(all, 0, rows.size(), null)))
          .isEqualTo(comparable(rows));
    }
  }

  @Test
  void whatSnappyCompressesIsNotDividedIntoPieces() throws IOException {
    Random random = seeds.random();
    TableSchema table = randomTable(random);
    List<Record> rows = randomRows(table, random, 2_000);
    WrittenFile file =
        write("f", table, rows, WriterOptions.forLookups().withPages(1024, 100), random);
    try (InputFileHandle handle = storage.open(file.path())) {
      for (ColumnLayout layout : DataFileIndex.read(handle).columns()) {
        for (int page = 0; page < layout.pageCount(); page++) {
          assertThat(layout.isPiece(page)).isFalse();
        }
      }
    }
    assertThat(comparable(readWithIceberg(file.path(), table.schema())))
        .isEqualTo(comparable(rows));
  }

  /** What levels take that say of so many values that none is null. */
  private static int levelsLength(int values) {
    ByteBuilder run = new ByteBuilder();
    RunEncoder.appendRun(1, values, 1, run);
    return 4 + run.length();
  }

  @Test
  void keyBlocksAreTheKeyColumnsPages() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "a", Types.StringType.get()),
            NestedField.optional(2, "v", Types.StringType.get()),
            NestedField.required(3, "b", Types.LongType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1, 3));
    List<Record> rows = randomRows(table, seeds.random(), 5000);
    WriterOptions options =
        WriterOptions.forLookups().withPages(1024, 200).withRowGroups(1 << 20, 1700);
    WrittenFile file = write("f", table, rows, options, seeds.random());
    try (InputFileHandle handle = storage.open(file.path())) {
      DataFileIndex index = DataFileIndex.read(handle);
      assertThat(index.rowGroupCount()).isEqualTo((rows.size() + 1699) / 1700);
      for (int fieldId : new int[] {1, 3}) {
        ColumnLayout layout = index.column(fieldId);
        assertThat(layout.pageCount()).isEqualTo(index.blockCount());
        for (int block = 0; block <= index.blockCount(); block++) {
          assertThat(layout.pageFirstRow(block)).isEqualTo(index.blockFirstRow(block));
        }
      }
      for (int row = 0; row < rows.size(); row++) {
        byte[] key = table.keys().encodeFromRow(rows.get(row));
        assertThat(index.blockOf(key)).isEqualTo(index.blockOfRow(row));
        assertThat(requireNonNull(index.filter()).mayContain(KeyProbe.of(key))).isTrue();
        int block = index.blockOfRow(row);
        if (index.blockFirstRow(block) == row) {
          assertThat(index.blockKeys().get(block)).isEqualTo(key);
        }
      }
      assertThat(index.blockOf(new byte[0])).isEqualTo(-1);
    }
  }

  @Test
  void aDictionaryServesAChunkUntilItStopsPaying() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.LongType.get()),
            NestedField.optional(2, "s", Types.StringType.get()),
            NestedField.required(3, "d", Types.DoubleType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1));
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      Record row = GenericRecord.create(schema);
      row.set(0, (long) i);
      row.set(1, i % 5 == 0 ? null : i < 10_000 ? "same " + i % 3 : "different " + i);
      row.set(2, i < 30_000 ? i % 4 / 2.0 : i);
      rows.add(row);
    }
    WrittenFile file = write("f", table, rows, WriterOptions.forScans(), seeds.random());
    try (InputFileHandle handle = storage.open(file.path())) {
      ColumnLayout texts = DataFileIndex.read(handle).column(2);
      assertThat(texts.dictionarySize(0))
          .isBetween(3, 1 + WriterOptions.forScans().pageRowsMax() / 2);
      assertThat(texts.pageEncoding(0)).isEqualTo(PageEncoding.DICTIONARY);
      assertThat(texts.pageEncoding(texts.pageCount() - 1)).isEqualTo(PageEncoding.PLAIN);
    }
    assertThat(comparable(readWithIceberg(file.path(), schema))).isEqualTo(comparable(rows));
  }

  @Test
  void aDictionaryIsMadeForValuesThatRepeatInThousandsButSeldomInAPage() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.LongType.get()),
            NestedField.required(2, "thousand", Types.IntegerType.get()),
            NestedField.optional(3, "thousandOrNone", Types.StringType.get()),
            NestedField.required(4, "all", Types.LongType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1));
    Random random = seeds.random();
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      Record row = GenericRecord.create(schema);
      row.set(0, (long) i);
      row.set(1, random.nextInt(1000));
      row.set(2, random.nextInt(5) == 0 ? null : "value " + random.nextInt(1000));
      row.set(3, random.nextLong());
      rows.add(row);
    }
    WrittenFile file = write("f", table, rows, WriterOptions.forScans(), () -> false);
    try (InputFileHandle handle = storage.open(file.path())) {
      DataFileIndex index = DataFileIndex.read(handle);
      for (int column = 1; column <= 2; column++) {
        ColumnLayout layout = index.column(column + 1);
        assertThat(layout.dictionarySize(0)).isEqualTo(1000);
        for (int page = 0; page < layout.pageCount(); page++) {
          assertThat(layout.pageEncoding(page)).isEqualTo(PageEncoding.DICTIONARY);
        }
      }
      assertThat(index.column(4).hasDictionary(0)).isFalse();
    }
    assertThat(comparable(readWithIceberg(file.path(), schema))).isEqualTo(comparable(rows));
  }

  @Test
  void pagesOfNullsNeedNoDictionaryWhateverFollowsThem() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.LongType.get()),
            NestedField.optional(2, "always", Types.LongType.get()),
            NestedField.optional(3, "thenDistinct", Types.LongType.get()),
            NestedField.optional(4, "thenSame", Types.LongType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1));
    List<Record> rows = new ArrayList<>();
    for (long i = 0; i < 1_000; i++) {
      Record row = GenericRecord.create(schema);
      row.set(0, i);
      row.set(2, i < 300 ? null : i * 1_000_003);
      row.set(3, i < 300 ? null : i % 2);
      rows.add(row);
    }
    WriterOptions options = WriterOptions.forScans().withPages(1024, 100);
    WrittenFile file = write("f", table, rows, options, seeds.random());
    assertThat(comparable(readWithIceberg(file.path(), schema))).isEqualTo(comparable(rows));
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.path(), file.lengthBytes(), table);
        RowScan scan = reader.scan(Projection.all(table), 0, rows.size(), null)) {
      List<Record> read = new ArrayList<>();
      while (scan.next()) {
        for (int i = 0; i < scan.batch().rowCount(); i++) {
          read.add(scan.batch().record(i));
        }
      }
      assertThat(comparable(read)).isEqualTo(comparable(rows));
    }
  }

  @Test
  void aColumnOfUnknownTypeIsNotStored() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.LongType.get()),
            NestedField.optional(2, "u", Types.UnknownType.get()),
            NestedField.optional(3, "v", Types.LongType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1));
    Record row = GenericRecord.create(schema);
    row.set(0, 1L);
    row.set(2, 3L);
    WrittenFile file = write("f", table, List.of(row), WriterOptions.forScans(), seeds.random());
    assertThat(comparable(readWithIceberg(file.path(), schema)))
        .isEqualTo(comparable(List.of(row)));
  }

  @Test
  void keysThatDoNotAscendAreRefusedAndTheFileGoesAway() {
    Schema schema = new Schema(NestedField.required(1, "k", Types.LongType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1));
    String path = directory.resolve("f").toString();
    ColumnBatch rows = ColumnBatch.of(schema);
    ((LongColumn) rows.column(0)).append(2);
    ((LongColumn) rows.column(0)).append(2);
    try (DataFileWriter writer =
        DataFileWriter.create(storage, path, table, WriterOptions.forLookups())) {
      assertThatThrownBy(() -> writer.write(rows))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("row 1");
    }
    assertThat(storage.exists(path)).isFalse();
  }

  @Test
  void aBatchOfOtherColumnsIsRefused() {
    Schema schema = new Schema(NestedField.required(1, "k", Types.LongType.get()));
    Schema other = new Schema(NestedField.required(2, "k", Types.LongType.get()));
    String path = directory.resolve("f").toString();
    try (DataFileWriter writer =
        DataFileWriter.create(
            storage, path, TableSchema.of(schema, List.of(1)), WriterOptions.forScans())) {
      assertThatThrownBy(() -> writer.write(ColumnBatch.of(other)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aFileWithoutRowsIsRefused() {
    Schema schema = new Schema(NestedField.required(1, "k", Types.LongType.get()));
    String path = directory.resolve("f").toString();
    try (DataFileWriter writer =
        DataFileWriter.create(
            storage, path, TableSchema.of(schema, List.of(1)), WriterOptions.forScans())) {
      assertThatThrownBy(writer::finish).isInstanceOf(InvalidArgumentException.class);
    }
    assertThat(storage.exists(path)).isFalse();
  }

  @Test
  void lineageColumnsAreReadByTheirReservedIds() throws IOException {
    Schema schema = new Schema(NestedField.required(1, "k", Types.LongType.get()));
    TableSchema table = TableSchema.of(schema, List.of(1));
    String path = directory.resolve("f").toString();
    ColumnBatch rows = ColumnBatch.of(table.lineageSchema());
    for (int i = 0; i < 10; i++) {
      ((LongColumn) rows.column(0)).append(i);
      rows.column(1).appendValue(i % 2 == 0 ? null : 100L + i);
      rows.column(2).appendValue(i % 3 == 0 ? null : 7L);
    }
    try (DataFileWriter writer =
        DataFileWriter.create(
            storage, path, table, WriterOptions.forScans(), DataFileWriter.Lineage.KEPT)) {
      writer.write(rows);
      writer.finish();
    }
    Map<Integer, Object> fromCommit =
        Map.of(
            MetadataColumns.ROW_ID.fieldId(),
            1000L,
            MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.fieldId(),
            5L);
    List<Record> read = readWithIceberg(path, table.lineageSchema(), fromCommit);
    for (int i = 0; i < 10; i++) {
      assertThat(read.get(i).getField("_row_id")).isEqualTo(i % 2 == 0 ? 1000L + i : 100L + i);
      assertThat(read.get(i).getField("_last_updated_sequence_number"))
          .isEqualTo(i % 3 == 0 ? 5L : 7L);
    }
  }

  private WrittenFile write(
      String name, TableSchema table, List<Record> rows, WriterOptions options, Random random) {
    return write(name, table, rows, options, () -> random.nextInt(100) == 0);
  }

  /** Writes rows, in batches that end where {@code batchEnds} says so. */
  private WrittenFile write(
      String name,
      TableSchema table,
      List<Record> rows,
      WriterOptions options,
      BooleanSupplier batchEnds) {
    String path = directory.resolve(name).toString();
    try (DataFileWriter writer = DataFileWriter.create(storage, path, table, options)) {
      ColumnBatch batch = ColumnBatch.of(table.schema());
      for (Record row : rows) {
        table.rows().append(table.rows().encode(row), batch);
        if (batchEnds.getAsBoolean()) {
          writer.write(batch);
          batch.clear();
        }
      }
      writer.write(batch);
      return writer.finish();
    }
  }

  private static WriterOptions randomOptions(Random random) {
    return new WriterOptions(
        1024 + random.nextInt(4096),
        1 + random.nextInt(500),
        8192 + random.nextInt(100_000),
        1 + random.nextInt(2000),
        List.of(WriterOptions.Dictionary.values()).get(random.nextInt(2)),
        List.of(WriterOptions.Compression.values()).get(random.nextInt(3)),
        random.nextInt(16));
  }

  private static TableSchema randomTable(Random random) {
    RandomRows generator = new RandomRows(random);
    List<NestedField> fields = new ArrayList<>();
    List<Integer> keys = new ArrayList<>();
    int keyCount = 1 + random.nextInt(3);
    for (int i = 0; i < keyCount; i++) {
      Type type = RandomRows.keyTypes().get(1 + random.nextInt(RandomRows.keyTypes().size() - 1));
      fields.add(NestedField.required(i + 1, "k" + i, type));
      keys.add(i + 1);
    }
    int others = random.nextInt(6);
    for (int i = 0; i < others; i++) {
      fields.add(generator.field("c" + i, generator.type(2)));
    }
    Collections.shuffle(fields, random);
    Collections.shuffle(keys, random);
    return TableSchema.of(new Schema(fields), keys);
  }

  private static List<Record> randomRows(TableSchema table, Random random, int count) {
    RandomRows generator = new RandomRows(random);
    TreeMap<byte[], Record> rows = new TreeMap<>(KeyCodec::compare);
    for (int i = 0; i < count; i++) {
      Record row = GenericRecord.create(table.schema());
      for (int c = 0; c < table.schema().columns().size(); c++) {
        row.set(c, generator.valueOrNull(table.schema().columns().get(c)));
      }
      rows.put(table.keys().encodeFromRow(row), row);
    }
    return new ArrayList<>(rows.values());
  }

  private static List<Record> readWithIceberg(String path, Schema schema) throws IOException {
    return readWithIceberg(path, schema, Map.of());
  }

  private static List<Record> readWithIceberg(String path, Schema schema, Map<Integer, ?> constants)
      throws IOException {
    List<Record> rows = new ArrayList<>();
    ParquetReadOptions options =
        ParquetReadOptions.builder().usePageChecksumVerification(true).build();
    try (ParquetFileReader file =
        ParquetFileReader.open(new LocalInputFile(Path.of(path)), options)) {
      ParquetValueReader<Record> reader =
          GenericParquetReaders.buildReader(schema, file.getFileMetaData().getSchema(), constants);
      for (PageReadStore pages = file.readNextRowGroup();
          pages != null;
          pages = file.readNextRowGroup()) {
        reader.setPageSource(pages);
        for (long i = 0; i < pages.getRowCount(); i++) {
          rows.add(reader.read(null));
        }
      }
    }
    return rows;
  }

  private static List<Object> comparable(List<Record> rows) {
    List<Object> values = new ArrayList<>();
    rows.forEach(row -> values.add(GenericValues.comparable(row)));
    return values;
  }
}
