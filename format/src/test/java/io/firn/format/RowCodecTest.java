package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.testkit.Seeds;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RowCodecTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void decodingGivesBackTheRowForAnySchema() {
    Random random = seeds.random();
    for (int round = 0; round < 25; round++) {
      Schema schema = randomSchema(random);
      RowCodec codec = new RowCodec(schema);
      for (GenericRecord row : randomRows(schema, random, 20)) {
        assertThat(GenericValues.comparable(codec.decode(codec.encode(row))))
            .isEqualTo(GenericValues.comparable(row));
      }
    }
  }

  @Test
  void columnsExtractedInBulkAreTheRowsColumns() {
    Random random = seeds.random();
    for (int round = 0; round < 12; round++) {
      Schema schema = randomSchema(random);
      RowCodec codec = new RowCodec(schema);
      List<GenericRecord> rows = randomRows(schema, random, 30);
      byte[][] encoded = new byte[rows.size()][];
      ByteBuilder arena = new ByteBuilder();
      int[] starts = new int[rows.size()];
      for (int i = 0; i < encoded.length; i++) {
        encoded[i] = codec.encode(rows.get(i));
        arena.put(new byte[random.nextInt(5)], 0, 0);
        starts[i] = arena.length();
        codec.encode(rows.get(i), arena);
      }
      ColumnBatch fromArrays = ColumnBatch.of(schema);
      codec.append(encoded[0], fromArrays);
      codec.append(encoded, 1, encoded.length - 1, fromArrays);
      ColumnBatch fromArena = ColumnBatch.of(schema);
      codec.append(arena.array(), starts, 0, starts.length, fromArena);
      ColumnBatch gathered = ColumnBatch.of(schema);
      int[] which = new int[rows.size()];
      Arrays.setAll(which, i -> i % 2);
      int[] positions = new int[rows.size()];
      Arrays.setAll(positions, i -> i);
      gathered.gather(
          new ColumnBatch[] {fromArena, fromArrays}, which, positions, positions.length);
      assertThat(gathered.rowCount()).isEqualTo(rows.size());
      for (int i = 0; i < rows.size(); i++) {
        List<Object> expected = GenericValues.comparable(rows.get(i));
        assertThat(GenericValues.comparable(fromArrays.record(i))).isEqualTo(expected);
        assertThat(GenericValues.comparable(fromArena.row(i))).isEqualTo(expected);
        assertThat(GenericValues.comparable(gathered.record(i))).isEqualTo(expected);
      }
    }
  }

  @Test
  void aBatchTakesTheColumnsItHasAndNullsForOthers() {
    Schema schema =
        new Schema(
            NestedField.required(1, "a", Types.LongType.get()),
            NestedField.required(2, "b", Types.StringType.get()),
            NestedField.required(3, "c", Types.BinaryType.get()));
    GenericRecord row = GenericRecord.create(schema);
    row.set(0, 7L);
    row.set(1, "text");
    row.set(2, ByteBuffer.wrap(new byte[] {1, 2}));
    Schema projected =
        new Schema(
            NestedField.required(3, "c", Types.BinaryType.get()),
            NestedField.optional(9, "new", Types.LongType.get()));
    ColumnBatch batch = ColumnBatch.of(projected);
    RowCodec codec = new RowCodec(schema);
    codec.append(codec.encode(row), batch);
    assertThat(batch.column(0).value(0)).isEqualTo(row.get(2));
    assertThat(batch.column(1).value(0)).isNull();
  }

  @Test
  void whatNoDataFileAcceptsIsRefusedByTheColumnsPath() {
    Types.StructType nested =
        Types.StructType.of(
            NestedField.required(
                11,
                "list",
                Types.ListType.ofRequired(
                    12,
                    Types.StructType.of(NestedField.required(13, "n", Types.IntegerType.get())))),
            NestedField.optional(
                14,
                "map",
                Types.MapType.ofRequired(15, 16, Types.StringType.get(), Types.LongType.get())));
    refused(nested, struct(nested, List.of(), Map.of("k", "v")), "c.map.value");
    refused(nested, struct(nested, null, null), "c.list");
    GenericRecord element =
        GenericRecord.create(nested.field("list").type().asListType().elementType().asStructType());
    refused(nested, struct(nested, List.of(element), null), "c.list.element.n");
    refused(nested, "text", "c");
    refused(Types.LongType.get(), "text", "java.lang.String");
    refused(Types.IntegerType.get(), 5L, "c");
    refused(Types.FloatType.get(), 5.0, "c");
    refused(Types.StringType.get(), "\uDC00", "surrogate");
    refused(Types.FixedType.ofLength(4), new byte[5], "4 bytes");
    refused(Types.DecimalType.of(9, 2), new BigDecimal("1.2"), "scale");
    refused(Types.DecimalType.of(3, 2), new BigDecimal("12.34"), "digits");
    refused(Types.TimestampType.withZone(), LocalDateTime.MIN, "OffsetDateTime");
    refused(Types.TimestampType.withoutZone(), LocalDateTime.MIN, "out of range");
    refused(Types.TimestampNanoType.withoutZone(), LocalDateTime.of(2300, 1, 1, 0, 0), "range");
  }

  private static GenericRecord struct(Types.StructType type, Object... values) {
    GenericRecord record = GenericRecord.create(type);
    for (int i = 0; i < values.length; i++) {
      record.set(i, values[i]);
    }
    return record;
  }

  private static void refused(Type type, Object value, String message) {
    Schema schema = new Schema(NestedField.optional(1, "c", type));
    GenericRecord row = GenericRecord.create(schema);
    row.set(0, value);
    ByteBuilder target = new ByteBuilder();
    target.put(1);
    assertThatThrownBy(() -> new RowCodec(schema).encode(row, target))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(message);
    assertThat(target.length()).isEqualTo(1);
  }

  @Test
  void nullsInRequiredColumnsAndOversizedRowsAreRefused() {
    Schema schema = new Schema(NestedField.required(1, "c", Types.StringType.get()));
    GenericRecord row = GenericRecord.create(schema);
    RowCodec codec = new RowCodec(schema).withRowBytesMax(100);
    assertThatThrownBy(() -> codec.encode(row))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("Column c is required");
    row.set(0, "secret".repeat(50));
    assertThatThrownBy(() -> codec.encode(row))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("100")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aRecordOfOtherColumnsOrAnotherOrderIsRefusedByTheColumnsName() {
    NestedField a = NestedField.optional(1, "a", Types.StringType.get());
    NestedField b = NestedField.optional(2, "b", Types.StringType.get());
    RowCodec codec = new RowCodec(new Schema(a, b));
    byte[] encoded = codec.encode(GenericRecord.create(new Schema(a, b)));
    assertThat(codec.encode(GenericRecord.create(codec.schema()))).isEqualTo(encoded);
    assertThatThrownBy(() -> codec.encode(GenericRecord.create(new Schema(b, a))))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("column 1 must be a, not b");
    NestedField c = NestedField.optional(2, "c", Types.StringType.get());
    assertThatThrownBy(() -> codec.encode(GenericRecord.create(new Schema(a, c))))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("column 2 must be b, not c");
    assertThat(codec.encode(GenericRecord.create(new Schema(a, b)))).isEqualTo(encoded);
    RowCodec nested = new RowCodec(new Schema(inList(a, b)));
    assertThatThrownBy(() -> nested.encode(GenericRecord.create(new Schema(inList(b, a)))))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("must be list.element.a, not list.element.b");
  }

  private static NestedField inList(NestedField... fields) {
    return NestedField.optional(
        8, "list", Types.ListType.ofOptional(9, Types.StructType.of(fields)));
  }

  @Test
  void anInstantKeepsItsPlaceAndFinerDigitsAreCutTowardsThePast() {
    Schema schema = new Schema(NestedField.required(1, "t", Types.TimestampType.withZone()));
    GenericRecord row = GenericRecord.create(schema);
    row.set(0, OffsetDateTime.of(1969, 12, 31, 23, 0, 0, 999_999_999, ZoneOffset.ofHours(-2)));
    RowCodec codec = new RowCodec(schema);
    assertThat(codec.decode(codec.encode(row)).get(0))
        .isEqualTo(OffsetDateTime.of(1970, 1, 1, 1, 0, 0, 999_999_000, ZoneOffset.UTC));
    row.set(0, OffsetDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_999, ZoneOffset.UTC));
    assertThat(codec.decode(codec.encode(row)).get(0))
        .isEqualTo(OffsetDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000, ZoneOffset.UTC));
  }

  @Test
  void damagedRowsNeverThrowAnythingElse() {
    Random random = seeds.random();
    for (int round = 0; round < 25; round++) {
      Schema schema = randomSchema(random);
      RowCodec codec = new RowCodec(schema);
      for (GenericRecord row : randomRows(schema, random, 5)) {
        byte[] bytes = codec.encode(row);
        for (int i = 0; i < 20; i++) {
          byte[] damaged = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
          if (damaged.length > 0) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
          }
          try {
            codec.decode(damaged);
          } catch (InvalidArgumentException expected) {
            // Anything else would fail the test.
          }
        }
      }
    }
  }

  @Test
  void aDamagedLengthIsRefusedAndNotFilledWithZeros() {
    for (Type type : List.of(Types.BinaryType.get(), Types.FixedType.ofLength(4))) {
      RowCodec codec = new RowCodec(new Schema(NestedField.required(1, "c", type)));
      GenericRecord row = GenericRecord.create(codec.schema());
      row.set(0, type.typeId() == Type.TypeID.FIXED ? new byte[4] : ByteBuffer.allocate(4));
      byte[] bytes = codec.encode(row);
      bytes[RowCodec.HEADER_BYTES + 1]++;
      assertThatThrownBy(() -> codec.decode(bytes)).isInstanceOf(InvalidArgumentException.class);
    }
  }

  private static Schema randomSchema(Random random) {
    RandomRows generator = new RandomRows(random);
    List<NestedField> fields = new ArrayList<>();
    int count = 1 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      fields.add(generator.field("c" + i, generator.type(3)));
    }
    return new Schema(fields);
  }

  private static List<GenericRecord> randomRows(Schema schema, Random random, int count) {
    RandomRows generator = new RandomRows(random);
    List<GenericRecord> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      GenericRecord row = GenericRecord.create(schema);
      for (int c = 0; c < row.size(); c++) {
        row.set(c, generator.valueOrNull(schema.columns().get(c)));
      }
      rows.add(row);
    }
    return rows;
  }
}
