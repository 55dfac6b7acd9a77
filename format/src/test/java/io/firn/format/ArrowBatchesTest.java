package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.TransferPair;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

/**
 * What Arrow holds after a fill is what the columns held, for every type, with and without a
 * selection.
 */
class ArrowBatchesTest {

  private static final Schema FLAT =
      new Schema(
          NestedField.optional(1, "b", Types.BooleanType.get()),
          NestedField.optional(2, "i", Types.IntegerType.get()),
          NestedField.optional(3, "l", Types.LongType.get()),
          NestedField.optional(4, "f", Types.FloatType.get()),
          NestedField.optional(5, "d", Types.DoubleType.get()),
          NestedField.optional(6, "date", Types.DateType.get()),
          NestedField.optional(7, "time", Types.TimeType.get()),
          NestedField.optional(8, "ts", Types.TimestampType.withoutZone()),
          NestedField.optional(9, "tstz", Types.TimestampType.withZone()),
          NestedField.optional(10, "s", Types.StringType.get()),
          NestedField.optional(11, "bin", Types.BinaryType.get()),
          NestedField.optional(12, "fix", Types.FixedType.ofLength(3)),
          NestedField.optional(13, "uuid", Types.UUIDType.get()),
          NestedField.optional(14, "dec9", Types.DecimalType.of(9, 2)),
          NestedField.optional(15, "dec18", Types.DecimalType.of(18, 3)),
          NestedField.optional(16, "dec38", Types.DecimalType.of(38, 4)));

  private static GenericRecord flat(int n) {
    GenericRecord row = GenericRecord.create(FLAT);
    row.setField("b", n % 2 == 0);
    row.setField("i", -n);
    row.setField("l", n * 10_000_000_000L);
    row.setField("f", n / 4f);
    row.setField("d", n / 8.0);
    row.setField("date", LocalDate.ofEpochDay(n - 3));
    row.setField("time", LocalTime.ofSecondOfDay(n));
    row.setField("ts", LocalDateTime.ofEpochSecond(n - 3, 5_000, ZoneOffset.UTC));
    row.setField("tstz", OffsetDateTime.of(2020, 1, 1, 0, 0, n % 60, 0, ZoneOffset.UTC));
    row.setField("s", "text ä " + n);
    row.setField("bin", ByteBuffer.wrap(new byte[n % 5]));
    row.setField("fix", new byte[] {1, (byte) n, 3});
    row.setField("uuid", new UUID(n, -n));
    row.setField("dec9", BigDecimal.valueOf(-n, 2));
    row.setField("dec18", BigDecimal.valueOf(n * 1_000_000_007L, 3));
    row.setField(
        "dec38", new BigDecimal("-123456789012345678901234.0001").add(BigDecimal.valueOf(n)));
    return row;
  }

  @Test
  void flatValuesAndNullsArriveSelected() {
    ColumnBatch batch = ColumnBatch.of(FLAT);
    for (int n = 0; n < 100; n++) {
      batch.append(n % 7 == 0 ? GenericRecord.create(FLAT) : flat(n));
    }
    int[] selection = {1, 2, 7, 10, 14, 99};
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(ArrowBatches.schema(FLAT), allocator)) {
      ArrowBatches arrow = ArrowBatches.of(FLAT, FLAT);
      for (int round = 0; round < 2; round++) {
        arrow.fill(batch, selection, selection.length, root);
        assertThat(root.getRowCount()).isEqualTo(selection.length);
        for (int i = 0; i < selection.length; i++) {
          int n = selection[i];
          for (FieldVector vector : root.getFieldVectors()) {
            assertThat(vector.isNull(i)).as(vector.getName()).isEqualTo(n % 7 == 0);
          }
          if (n % 7 != 0) {
            assertFlat(root, i, n);
          }
        }
      }
    }
  }

  private static void assertFlat(VectorSchemaRoot root, int i, int n) {
    GenericRecord row = flat(n);
    assertThat(root.getVector("b").getObject(i)).isEqualTo(row.getField("b"));
    assertThat(root.getVector("i").getObject(i)).isEqualTo(row.getField("i"));
    assertThat(root.getVector("l").getObject(i)).isEqualTo(row.getField("l"));
    assertThat(root.getVector("f").getObject(i)).isEqualTo(row.getField("f"));
    assertThat(root.getVector("d").getObject(i)).isEqualTo(row.getField("d"));
    assertThat(root.getVector("date").getObject(i)).isEqualTo(n - 3);
    assertThat(root.getVector("time").getObject(i)).isEqualTo(n * 1_000_000L);
    assertThat(root.getVector("ts").getObject(i)).isEqualTo(row.getField("ts"));
    assertThat(root.getVector("s").getObject(i).toString()).isEqualTo(row.getField("s"));
    assertThat((byte[]) root.getVector("bin").getObject(i)).hasSize(n % 5);
    assertThat((byte[]) root.getVector("fix").getObject(i)).isEqualTo(row.getField("fix"));
    assertThat((byte[]) root.getVector("uuid").getObject(i)).hasSize(16);
    assertThat(root.getVector("dec9").getObject(i)).isEqualTo(row.getField("dec9"));
    assertThat(root.getVector("dec18").getObject(i)).isEqualTo(row.getField("dec18"));
    assertThat(root.getVector("dec38").getObject(i)).isEqualTo(row.getField("dec38"));
    assertThat(root.getSchema().findField("i").getMetadata())
        .containsEntry("PARQUET:field_id", "2");
  }

  @Test
  void memoryIsUsedAgainUnlessSomebodyHoldsOnToIt() {
    Schema schema = new Schema(NestedField.optional(1, "d", Types.DoubleType.get()));
    int[] selection = IntStream.range(0, 50).toArray();
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(ArrowBatches.schema(schema), allocator)) {
      ArrowBatches arrow = ArrowBatches.of(schema, schema);
      Float8Vector vector = (Float8Vector) root.getVector(0);
      arrow.fill(doubles(schema, 1), selection, 50, root);
      long address = vector.getDataBufferAddress();
      arrow.fill(doubles(schema, 2), selection, 20, root);
      assertThat(vector.getDataBufferAddress()).isEqualTo(address);
      assertThat(vector.getValueCount()).isEqualTo(20);
      assertThat(vector.getNullCount()).isZero();

      TransferPair pair = vector.getTransferPair(allocator);
      pair.splitAndTransfer(0, 20);
      try (Float8Vector held = (Float8Vector) pair.getTo()) {
        arrow.fill(doubles(schema, 3), selection, 50, root);
        assertThat(held.get(19)).isEqualTo(2.0);
        assertThat(vector.get(49)).isEqualTo(3.0);
      }
    }
  }

  private static ColumnBatch doubles(Schema schema, double value) {
    ColumnBatch batch = ColumnBatch.of(schema);
    GenericRecord row = GenericRecord.create(schema);
    row.setField("d", value);
    for (int i = 0; i < 50; i++) {
      batch.append(row);
    }
    return batch;
  }

  @Test
  void nestedValuesArriveAndLoseTheFieldsNotAskedFor() {
    Types.StructType point =
        Types.StructType.of(
            NestedField.optional(3, "x", Types.IntegerType.get()),
            NestedField.optional(4, "label", Types.StringType.get()));
    Schema schema =
        new Schema(
            NestedField.optional(1, "point", point),
            NestedField.optional(2, "tags", Types.ListType.ofOptional(5, Types.StringType.get())),
            NestedField.optional(
                6,
                "sizes",
                Types.MapType.ofOptional(7, 8, Types.StringType.get(), Types.LongType.get())));
    GenericRecord inner = GenericRecord.create(point);
    inner.setField("x", 4);
    inner.setField("label", "four");
    Map<String, Long> sizes = new LinkedHashMap<>();
    sizes.put("a", 1L);
    sizes.put("b", null);
    GenericRecord row = GenericRecord.create(schema);
    row.setField("point", inner);
    row.setField("tags", Arrays.asList("p", null, "q"));
    row.setField("sizes", sizes);
    ColumnBatch batch = ColumnBatch.of(schema);
    batch.append(row);
    batch.append(GenericRecord.create(schema));
    batch.append(row);
    Schema output = schema.select("point.label", "tags", "sizes");
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(ArrowBatches.schema(output), allocator)) {
      ArrowBatches.of(schema, output).fill(batch, new int[] {0, 1, 2}, 3, root);
      for (int i : List.of(0, 2)) {
        assertThat(root.getVector("point").getObject(i)).hasToString("{\"label\":\"four\"}");
        assertThat(root.getVector("tags").getObject(i)).hasToString("[\"p\",null,\"q\"]");
        assertThat(root.getVector("sizes").getObject(i).toString()).contains("\"a\"").contains("1");
      }
      assertThat(root.getVector("point").isNull(1)).isTrue();
      assertThat(root.getVector("tags").isNull(1)).isTrue();
      assertThat(root.getVector("sizes").isNull(1)).isTrue();
    }
  }
}
