package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DataFileStatisticsTest {

  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path directory;

  @Test
  void icebergsMetricsCoverEveryValueAndCountNullsAndNans() {
    Random random = seeds.random();
    for (int round = 0; round < 8; round++) {
      TableSchema table = table();
      List<Record> rows = rows(table, random, 1 + random.nextInt(300));
      Metrics metrics = write("m" + round, table, rows).metrics();
      assertThat(metrics.recordCount()).isEqualTo(rows.size());
      InternalRecordWrapper internal = new InternalRecordWrapper(table.schema().asStruct());
      for (int c = 0; c < table.schema().columns().size(); c++) {
        NestedField field = table.schema().columns().get(c);
        if (field.type().isStructType()) {
          NestedField inner = field.type().asStructType().fields().get(0);
          List<Object> values = new ArrayList<>();
          for (Record row : rows) {
            StructLike struct = internal.wrap(row).get(c, StructLike.class);
            values.add(struct == null ? null : struct.get(0, Object.class));
          }
          check(inner, values, metrics);
        } else {
          List<Object> values = new ArrayList<>();
          for (Record row : rows) {
            values.add(internal.wrap(row).get(c, Object.class));
          }
          check(field, values, metrics);
        }
      }
    }
  }

  private static void check(NestedField field, List<Object> values, Metrics metrics) {
    int id = field.fieldId();
    long nulls = values.stream().filter(value -> value == null).count();
    long nans =
        values.stream()
            .filter(value -> value instanceof Number number && Double.isNaN(number.doubleValue()))
            .count();
    assertThat(metrics.valueCounts()).as("%s", field).containsEntry(id, (long) values.size());
    assertThat(metrics.nullValueCounts()).as("%s", field).containsEntry(id, nulls);
    if (field.type().typeId() == Type.TypeID.FLOAT || field.type().typeId() == Type.TypeID.DOUBLE) {
      assertThat(metrics.nanValueCounts()).containsEntry(id, nans);
    }
    ByteBuffer lower = metrics.lowerBounds().get(id);
    ByteBuffer upper = metrics.upperBounds().get(id);
    if (lower == null || upper == null) {
      boolean mustNot =
          nans > 0 || nulls == values.size() || field.type().typeId() == Type.TypeID.UUID;
      // A truncated upper bound of bytes FF has no successor.
      boolean noSuccessor = PhysicalKind.of(field.type()) == PhysicalKind.BYTES && lower != null;
      assertThat(mustNot || noSuccessor).as("bounds of %s", field).isTrue();
      return;
    }
    Comparator<Object> order = Comparators.forType(field.type().asPrimitiveType());
    Object least = Conversions.fromByteBuffer(field.type(), lower);
    Object greatest = Conversions.fromByteBuffer(field.type(), upper);
    for (Object value : values) {
      if (value != null) {
        assertThat(order.compare(least, value)).as("%s", field).isNotPositive();
        assertThat(order.compare(greatest, value)).as("%s", field).isNotNegative();
      }
    }
  }

  @Test
  void parquetsOwnFilterFindsEveryRowByPageBounds() throws IOException {
    Random random = seeds.random();
    Schema schema =
        new Schema(
            NestedField.required(1, "k", Types.StringType.get()),
            NestedField.optional(2, "i", Types.IntegerType.get()),
            NestedField.optional(3, "l", Types.LongType.get()),
            NestedField.optional(4, "f", Types.FloatType.get()),
            NestedField.optional(5, "d", Types.DoubleType.get()),
            NestedField.optional(6, "s", Types.StringType.get()),
            NestedField.optional(7, "n", Types.DecimalType.of(30, 3)));
    TableSchema table = TableSchema.of(schema, List.of(1));
    List<Record> rows = rows(table, random, 2000);
    WrittenFile file = write("p", table, rows);
    for (int i = 0; i < 10; i++) {
      int row = random.nextInt(rows.size());
      for (int c = 0; c < schema.columns().size(); c++) {
        Object value = rows.get(row).get(c);
        boolean nan = value instanceof Number number && Double.isNaN(number.doubleValue());
        if (value != null && !nan) {
          assertThat(candidates(file.path(), equal(schema.columns().get(c), value)))
              .as("row %d by %s", row, schema.columns().get(c).name())
              .contains((long) row);
        }
      }
    }
  }

  private static FilterPredicate equal(NestedField field, Object value) {
    return switch (field.type().typeId()) {
      case INTEGER -> FilterApi.eq(FilterApi.intColumn(field.name()), (Integer) value);
      case LONG -> FilterApi.eq(FilterApi.longColumn(field.name()), (Long) value);
      case FLOAT -> FilterApi.eq(FilterApi.floatColumn(field.name()), (Float) value);
      case DOUBLE -> FilterApi.eq(FilterApi.doubleColumn(field.name()), (Double) value);
      case STRING ->
          FilterApi.eq(FilterApi.binaryColumn(field.name()), Binary.fromString((String) value));
      default -> {
        byte[] unscaled = ((BigDecimal) value).unscaledValue().toByteArray();
        byte[] fixed = new byte[13];
        Arrays.fill(fixed, (byte) (unscaled[0] < 0 ? -1 : 0));
        System.arraycopy(unscaled, 0, fixed, 13 - unscaled.length, unscaled.length);
        yield FilterApi.eq(
            FilterApi.binaryColumn(field.name()), Binary.fromConstantByteArray(fixed));
      }
    };
  }

  private static Set<Long> candidates(String path, FilterPredicate filter) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder()
            .withRecordFilter(FilterCompat.get(filter))
            .useColumnIndexFilter()
            .useStatsFilter()
            .useDictionaryFilter()
            .build();
    Set<Long> rows = new HashSet<>();
    try (ParquetFileReader reader =
        ParquetFileReader.open(new LocalInputFile(Path.of(path)), options)) {
      for (PageReadStore pages = reader.readNextFilteredRowGroup();
          pages != null;
          pages = reader.readNextFilteredRowGroup()) {
        PrimitiveIterator.OfLong indexes = pages.getRowIndexes().orElse(null);
        long first = pages.getRowIndexOffset().orElse(0L);
        if (indexes == null) {
          for (long i = 0; i < pages.getRowCount(); i++) {
            rows.add(first + i);
          }
        } else {
          indexes.forEachRemaining((long index) -> rows.add(first + index));
        }
      }
    }
    return rows;
  }

  private static TableSchema table() {
    List<NestedField> fields = new ArrayList<>();
    fields.add(NestedField.required(1, "k", Types.LongType.get()));
    int id = 1;
    for (Type.PrimitiveType type : RandomRows.primitives()) {
      fields.add(NestedField.optional(++id, "c" + id, type));
    }
    for (Type.PrimitiveType type :
        List.of(Types.DoubleType.get(), Types.LongType.get(), Types.StringType.get())) {
      int inner = ++id;
      fields.add(
          NestedField.optional(
              ++id, "s" + id, Types.StructType.of(NestedField.optional(inner, "x", type))));
    }
    return TableSchema.of(new Schema(fields), List.of(1));
  }

  private static List<Record> rows(TableSchema table, Random random, int count) {
    RandomRows generator = new RandomRows(random);
    TreeMap<byte[], Record> rows = new TreeMap<>(KeyCodec::compare);
    int nanFree = random.nextInt(2);
    for (int i = 0; i < count; i++) {
      Record row = GenericRecord.create(table.schema());
      for (int c = 0; c < table.schema().columns().size(); c++) {
        Object value = generator.valueOrNull(table.schema().columns().get(c));
        boolean nan = value instanceof Number number && Double.isNaN(number.doubleValue());
        row.set(c, nan && nanFree == 1 ? null : value);
      }
      rows.put(table.keys().encodeFromRow(row), row);
    }
    return new ArrayList<>(rows.values());
  }

  private WrittenFile write(String name, TableSchema table, List<Record> rows) {
    WriterOptions options =
        WriterOptions.forScans().withPages(1024, 50).withRowGroups(1 << 20, 1000);
    String path = directory.resolve(name).toString();
    try (DataFileWriter writer = DataFileWriter.create(new LocalStorage(), path, table, options)) {
      ColumnBatch batch = ColumnBatch.of(table.schema());
      rows.forEach(batch::append);
      writer.write(batch);
      return writer.finish();
    }
  }
}
