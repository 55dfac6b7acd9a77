package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import io.firn.error.SchemaMismatchException;
import io.firn.testkit.Seeds;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KeyCodecTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void theOrderOfBytesIsIcebergsOrderForEveryType() {
    for (Type.PrimitiveType type : RandomRows.keyTypes()) {
      checkOrder(codec(type), seeds.random(), 250);
    }
  }

  @Test
  void theOrderOfBytesIsIcebergsOrderForCompositeKeys() {
    Random random = seeds.random();
    for (int round = 0; round < 30; round++) {
      Type.PrimitiveType[] types = new Type.PrimitiveType[2 + random.nextInt(3)];
      for (int i = 0; i < types.length; i++) {
        types[i] = RandomRows.keyTypes().get(random.nextInt(RandomRows.keyTypes().size()));
      }
      checkOrder(codec(types), random, 100);
    }
  }

  private static void checkOrder(KeyCodec codec, Random random, int count) {
    Comparator<StructLike> order = Comparators.forType(codec.keyType());
    InternalRecordWrapper left = new InternalRecordWrapper(codec.keyType());
    InternalRecordWrapper right = new InternalRecordWrapper(codec.keyType());
    List<GenericRecord> keys = new ArrayList<>();
    List<byte[]> encoded = new ArrayList<>();
    RandomRows generator = new RandomRows(random);
    for (int i = 0; i < count; i++) {
      GenericRecord key = GenericRecord.create(codec.keyType());
      for (int c = 0; c < key.size(); c++) {
        key.set(c, generator.value(codec.keyType().fields().get(c).type()));
      }
      keys.add(key);
      byte[] bytes = codec.encode(key);
      encoded.add(bytes);
      assertThat(GenericValues.comparable(codec.decode(bytes)))
          .isEqualTo(GenericValues.comparable(key));
      if (codec.fixedLength() >= 0) {
        assertThat(bytes).hasSize(codec.fixedLength());
      }
    }
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        int expected =
            Integer.signum(order.compare(left.wrap(keys.get(i)), right.wrap(keys.get(j))));
        int actual = Integer.signum(KeyCodec.compare(encoded.get(i), encoded.get(j)));
        if (actual != expected) {
          throw new AssertionError(codec.keyType() + ": keys " + i + " and " + j);
        }
      }
    }
  }

  @Test
  void columnsEncodeToTheSameKeysAsRows() {
    Random random = seeds.random();
    List<NestedField> fields = new ArrayList<>();
    List<Integer> ids = new ArrayList<>();
    for (Type.PrimitiveType type : RandomRows.keyTypes()) {
      fields.add(NestedField.required(fields.size() + 1, "k" + fields.size(), type));
      ids.add(fields.size());
    }
    TableSchema table = TableSchema.of(new Schema(fields), ids);
    ColumnBatch batch = ColumnBatch.of(table.schema());
    RandomRows generator = new RandomRows(random);
    List<GenericRecord> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      GenericRecord row = GenericRecord.create(table.schema());
      for (int c = 0; c < row.size(); c++) {
        row.set(c, generator.value(fields.get(c).type()));
      }
      rows.add(row);
      batch.append(row);
    }
    KeyList keys = new KeyList();
    table.keys().append(batch, 10, 150, keys);
    assertThat(keys.size()).isEqualTo(150);
    for (int i = 0; i < 150; i++) {
      assertThat(keys.get(i)).isEqualTo(table.keys().encodeFromRow(rows.get(10 + i)));
    }
  }

  @Test
  void keysOfAPrefixStandBetweenThePrefixAndItsEnd() {
    KeyCodec codec = codec(Types.StringType.get(), Types.IntegerType.get());
    byte[] prefix = codec.encodePrefix("b");
    byte[] end = KeyCodec.afterPrefix(prefix);
    for (int number : new int[] {Integer.MIN_VALUE, 0, Integer.MAX_VALUE}) {
      assertThat(KeyCodec.compare(codec.encode("b", number), prefix)).isPositive();
      assertThat(KeyCodec.compare(codec.encode("b", number), end)).isNegative();
    }
    assertThat(KeyCodec.compare(codec.encode("a", Integer.MAX_VALUE), prefix)).isNegative();
    assertThat(KeyCodec.compare(codec.encode("b\0", Integer.MIN_VALUE), end)).isPositive();
    assertThat(KeyCodec.afterPrefix(new byte[] {(byte) 0xFF, (byte) 0xFF})).isNull();
  }

  @Test
  void valuesThatAreNoKeyAreRefusedByTheColumnsName() {
    KeyCodec strings = codec(Types.StringType.get());
    assertThatThrownBy(() -> strings.encode("a\uD800b"))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("k0")
        .hasMessageContaining("surrogate");
    assertThatThrownBy(() -> strings.encode("x".repeat(KeyCodec.KEY_BYTES_MAX)))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("32768");
    assertThatThrownBy(() -> strings.encode(5))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("k0");
    assertThatThrownBy(() -> strings.encode((Object) null))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("must not be null");
    assertThatThrownBy(() -> strings.encode("a", "b"))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("1 columns");
    assertThatThrownBy(() -> codec(Types.FixedType.ofLength(3)).encode(new byte[2]))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("3 bytes");
    assertThatThrownBy(() -> codec(Types.DecimalType.of(4, 1)).encode(new BigDecimal("1.25")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("scale");
    assertThatThrownBy(() -> codec(Types.DecimalType.of(4, 1)).encode(new BigDecimal("12345.5")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("digits");
  }

  @Test
  void bytesThatAreNoKeyAreRefused() {
    Random random = seeds.random();
    KeyCodec codec = codec(Types.StringType.get(), Types.LongType.get(), Types.BinaryType.get());
    byte[] key = codec.encode("ab", 7L, ByteBuffer.wrap(new byte[] {0, 1}));
    for (int i = 0; i < key.length; i++) {
      byte[] cut = Arrays.copyOf(key, i);
      assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(InvalidArgumentException.class);
    }
    for (int i = 0; i < 2000; i++) {
      byte[] noise = new byte[random.nextInt(40)];
      random.nextBytes(noise);
      try {
        codec.decode(noise);
      } catch (InvalidArgumentException expected) {
        // Anything else would fail the test.
      }
    }
  }

  @Test
  void columnsThatCannotBeAKeyAreRefusedByName() {
    Schema schema =
        new Schema(
            NestedField.required(1, "f", Types.FloatType.get()),
            NestedField.required(2, "d", Types.DoubleType.get()),
            NestedField.optional(3, "o", Types.LongType.get()),
            NestedField.required(
                4, "s", Types.StructType.of(NestedField.required(5, "n", Types.LongType.get()))),
            NestedField.required(6, "k", Types.LongType.get()));
    for (int id : new int[] {1, 2, 3, 4, 5}) {
      assertThatThrownBy(() -> TableSchema.of(schema, List.of(6, id)))
          .isInstanceOf(SchemaMismatchException.class)
          .hasMessageContaining(schema.findColumnName(id));
    }
    assertThatThrownBy(() -> TableSchema.of(schema, List.of(6, 6)))
        .isInstanceOf(SchemaMismatchException.class);
    assertThatThrownBy(() -> TableSchema.of(schema, List.of(77)))
        .isInstanceOf(SchemaMismatchException.class);
    assertThatThrownBy(() -> TableSchema.of(schema))
        .isInstanceOf(SchemaMismatchException.class)
        .hasMessageContaining("primary key");
  }

  private static KeyCodec codec(Type.PrimitiveType... types) {
    List<NestedField> fields = new ArrayList<>();
    List<Integer> ids = new ArrayList<>();
    for (Type.PrimitiveType type : types) {
      fields.add(NestedField.required(fields.size() + 1, "k" + fields.size(), type));
      ids.add(fields.size());
    }
    return TableSchema.of(new Schema(fields), ids).keys();
  }
}
