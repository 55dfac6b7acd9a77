package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.LeakCheck;
import io.firn.testkit.RandomRows;
import io.firn.testkit.RandomSchemas;
import io.firn.testkit.RandomSchemas.Values;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType.ArrowTypeID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A scan's Arrow batches hold what its records hold: for every type, from memtables and from files,
 * whatever is selected, filtered and cut off; and no memory is left behind.
 */
class ArrowScanTest {

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @RegisterExtension final Seeds seeds = new Seeds();

  @TempDir Path directory;

  /** Every type as a value, nested ones too; a long key and a number to filter by. */
  private static Schema everyType() {
    List<NestedField> columns = new ArrayList<>();
    columns.add(NestedField.required(1, "id", Types.LongType.get()));
    columns.add(NestedField.required(2, "part", Types.IntegerType.get()));
    int id = 3;
    List<Type> types = new ArrayList<>(RandomSchemas.keyTypes());
    types.add(Types.FloatType.get());
    types.add(Types.DoubleType.get());
    for (Type type : types) {
      columns.add(NestedField.optional(id, "v" + id, type));
      id++;
    }
    columns.add(
        NestedField.optional(
            50,
            "nested",
            Types.StructType.of(
                NestedField.optional(51, "label", Types.StringType.get()),
                NestedField.required(52, "count", Types.IntegerType.get()),
                NestedField.optional(53, "at", Types.TimestampType.withZone()))));
    columns.add(
        NestedField.optional(
            54, "list", Types.ListType.ofOptional(55, Types.DecimalType.of(9, 2))));
    columns.add(
        NestedField.optional(
            56,
            "map",
            Types.MapType.ofOptional(57, 58, Types.StringType.get(), Types.LongType.get())));
    return new Schema(columns);
  }

  @Test
  void everyTypeArrivesFromMemtableAndFilesInEveryOrder() {
    Schema schema = everyType();
    Random random = seeds.random();
    try (FirnTable table = open(schema, "id")) {
      fill(table, schema, random);
      compareAll(table);
      table.flush();
      compareAll(table);
      table.compact(CompactionKind.FULL);
      compareAll(table);
    }
  }

  private FirnTable open(Schema schema, String... key) {
    return FirnTable.builder()
        .path(directory.resolve("table").toString())
        .schema(schema)
        .key(key)
        .option("durability", "none")
        .option("flush-interval-millis", "1d")
        .option("compaction-workers", "0")
        .open();
  }

  /** Three overlapping files, a memtable above them, deletes in all. */
  private static void fill(FirnTable table, Schema schema, Random random) {
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < 400; i++) {
        Record row = RandomRows.row(random, schema);
        row.setField("id", (long) random.nextInt(900));
        row.setField("part", random.nextInt(10));
        table.put(row);
      }
      for (int i = 0; i < 40; i++) {
        table.delete((long) random.nextInt(900));
      }
      if (round < 3) {
        table.flush();
      }
    }
  }

  private static void compareAll(FirnTable table) {
    compare(table.scan());
    compare(table.scan().filter(Expressions.lessThan("part", 3)));
    compare(table.scan().select("list", "part", "nested.label", "v9", "id"));
    compare(table.scan().select("map").filter(Expressions.greaterThan("id", 450L)));
    compareLimited(table.scan().select("id", "v15"), 7);
    compareLimited(table.scan().select("id").filter(Expressions.lessThan("part", 5)), 100);
    compareLimited(table.scan(), 0);
    compare(table.scan().from(100L).to(300L).filter(Expressions.notNull("v3")));
    compare(table.scan().from(5_000L));
    try (TableSnapshot snapshot = table.snapshot()) {
      compare(snapshot.scan().select("id", "nested"));
    }
  }

  private static void compare(Scan scan) {
    List<List<Object>> expected = compareOrdered(scan);
    List<List<Object>> any = arrow(scan.unordered());
    Comparator<Object> byText = Comparator.comparing(Object::toString);
    any.sort(byText);
    expected.sort(byText);
    assertThat(any).isEqualTo(expected);
  }

  private static void compareLimited(Scan scan, int rows) {
    assertThat(compareOrdered(scan.limit(rows))).hasSizeLessThanOrEqualTo(rows);
    List<List<Object>> any = arrow(scan.limit(rows).unordered());
    assertThat(any).hasSize(rows).doesNotHaveDuplicates();
    assertThat(arrow(scan)).containsAll(any);
  }

  private static List<List<Object>> compareOrdered(Scan scan) {
    List<List<Object>> expected = new ArrayList<>();
    Rows.all(scan).forEach(row -> expected.add(plain(row)));
    assertThat(arrow(scan.ordered())).isEqualTo(expected);
    assertThat(arrow(scan.reverse()))
        .isEqualTo(Rows.all(scan.reverse()).stream().map(ArrowScanTest::plain).toList());
    return expected;
  }

  @Test
  void randomSchemasArriveToo() {
    Random random = seeds.random(1);
    for (int i = 0; i < 4; i++) {
      directory = directory.resolve("n" + i);
      Schema random4 =
          RandomSchemas.schema(
              random, RandomSchemas.someKeyTypes(random, Values.NESTED), 6, Values.NESTED);
      String[] key =
          random4.columns().stream()
              .filter(column -> random4.identifierFieldIds().contains(column.fieldId()))
              .map(NestedField::name)
              .toArray(String[]::new);
      try (FirnTable table = open(random4, key)) {
        for (int j = 0; j < 300; j++) {
          table.put(RandomRows.row(random, random4, random.nextInt(120)));
          if (j % 140 == 139) {
            table.flush();
          }
        }
        compare(table.scan());
      }
    }
  }

  @Test
  void aReaderClosedHalfWayLeavesNothing() throws IOException {
    Schema schema = everyType();
    try (FirnTable table = open(schema, "id");
        BufferAllocator allocator = new RootAllocator()) {
      fill(table, schema, seeds.random(2));
      try (ArrowReader reader = table.scan().ordered().arrow(allocator)) {
        assertThat(reader.loadNextBatch()).isTrue();
        assertThat(allocator.getAllocatedMemory()).isPositive();
        table.put(RandomRows.row(seeds.random(3), schema));
        table.flush();
        table.compact(CompactionKind.FULL);
      }
      assertThat(allocator.getAllocatedMemory()).isZero();
      try (ArrowReader unread = table.scan().arrow(allocator)) {
        assertThat(unread.bytesRead()).isZero();
      }
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  private static List<List<Object>> arrow(Scan scan) {
    List<List<Object>> rows = new ArrayList<>();
    try (BufferAllocator allocator = new RootAllocator()) {
      try (ArrowReader reader = scan.arrow(allocator)) {
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        while (reader.loadNextBatch()) {
          for (int i = 0; i < root.getRowCount(); i++) {
            List<Object> row = new ArrayList<>();
            for (FieldVector vector : root.getFieldVectors()) {
              row.add(plain(vector, i));
            }
            rows.add(row);
          }
        }
      }
      assertThat(allocator.getAllocatedMemory()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** A value of a vector in a form that both sides can have. */
  private static Object plain(FieldVector vector, int i) {
    if (vector.isNull(i)) {
      return "null";
    }
    if (vector instanceof BitVector bits) {
      return bits.get(i) == 1;
    } else if (vector instanceof IntVector ints) {
      return (long) ints.get(i);
    } else if (vector instanceof BigIntVector longs) {
      return longs.get(i);
    } else if (vector instanceof Float4Vector floats) {
      return floats.get(i);
    } else if (vector instanceof Float8Vector doubles) {
      return doubles.get(i);
    } else if (vector instanceof DateDayVector days) {
      return (long) days.get(i);
    } else if (vector instanceof TimeMicroVector times) {
      return times.get(i);
    } else if (vector instanceof TimeStampVector stamps) {
      return stamps.get(i);
    } else if (vector instanceof DecimalVector decimals) {
      return decimals.getObject(i);
    } else if (vector instanceof VarCharVector text) {
      return text.getObject(i).toString();
    } else if (vector instanceof VarBinaryVector binary) {
      return Arrays.toString(binary.get(i));
    } else if (vector instanceof FixedSizeBinaryVector fixed) {
      return Arrays.toString(fixed.get(i));
    } else if (vector instanceof StructVector struct) {
      List<Object> fields = new ArrayList<>();
      struct.getChildrenFromFields().forEach(child -> fields.add(plain(child, i)));
      return fields;
    } else if (vector instanceof ListVector list) { // maps are lists of entries
      List<Object> elements = new ArrayList<>();
      for (int at = list.getElementStartIndex(i); at < list.getElementEndIndex(i); at++) {
        elements.add(plain(list.getDataVector(), at));
      }
      return vector.getField().getType().getTypeID() == ArrowTypeID.Map
          ? new HashSet<>(elements)
          : elements;
    }
    throw new AssertionError("A vector of an unknown kind: " + vector.getField());
  }

  private static List<Object> plain(Record record) {
    List<Object> values = new ArrayList<>();
    for (NestedField field : record.struct().fields()) {
      values.add(plain(field.type(), record.getField(field.name())));
    }
    return values;
  }

  private static Object plain(Type type, Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof Integer number) {
      return number.longValue();
    } else if (value instanceof CharSequence) {
      return value.toString();
    } else if (value instanceof LocalDate day) {
      return day.toEpochDay();
    } else if (value instanceof LocalTime time) {
      return time.toNanoOfDay() / 1_000;
    } else if (value instanceof LocalDateTime time) {
      return sinceEpoch(type, time.atOffset(ZoneOffset.UTC));
    } else if (value instanceof OffsetDateTime time) {
      return sinceEpoch(type, time);
    } else if (value instanceof UUID uuid) {
      return Arrays.toString(
          ByteBuffer.allocate(16)
              .putLong(uuid.getMostSignificantBits())
              .putLong(uuid.getLeastSignificantBits())
              .array());
    } else if (value instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    } else if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return Arrays.toString(bytes);
    } else if (value instanceof Record struct) {
      return plain(struct);
    } else if (value instanceof List<?> list) {
      List<Object> elements = new ArrayList<>();
      list.forEach(element -> elements.add(plain(type.asListType().elementType(), element)));
      return elements;
    } else if (value instanceof Map<?, ?> map) {
      Set<Object> entries = new HashSet<>();
      map.forEach(
          (key, entry) ->
              entries.add(
                  List.of(
                      plain(type.asMapType().keyType(), key),
                      plain(type.asMapType().valueType(), entry))));
      return entries;
    }
    assertThat(value)
        .isInstanceOfAny(
            Boolean.class, Long.class, Float.class, Double.class, BigDecimal.class, HashMap.class);
    return value;
  }

  private static long sinceEpoch(Type type, OffsetDateTime time) {
    ChronoUnit unit =
        type.typeId() == Type.TypeID.TIMESTAMP_NANO ? ChronoUnit.NANOS : ChronoUnit.MICROS;
    return unit.between(OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC), time);
  }
}
