package io.firn.testkit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Iceberg schemas made up from a random generator; the same generator makes the same schemas. */
public final class RandomSchemas {

  /** How far the types of value columns may go. */
  public enum Values {
    /** Primitive types only. */
    FLAT,
    /** Structs, lists and maps too, up to three deep. */
    NESTED,
    /** As {@link #NESTED}, but only types that Spark has: no time of day, no nanoseconds. */
    NESTED_FOR_SPARK
  }

  private static final int DEPTH_MAX = 3;

  private RandomSchemas() {}

  /** Every type a key column may have; decimals and fixed at several sizes. */
  public static List<Type> keyTypes() {
    return List.of(
        Types.BooleanType.get(),
        Types.IntegerType.get(),
        Types.LongType.get(),
        Types.DateType.get(),
        Types.TimeType.get(),
        Types.TimestampType.withZone(),
        Types.TimestampType.withoutZone(),
        Types.TimestampNanoType.withZone(),
        Types.TimestampNanoType.withoutZone(),
        Types.DecimalType.of(9, 2),
        Types.DecimalType.of(18, 4),
        Types.DecimalType.of(38, 10),
        Types.StringType.get(),
        Types.UUIDType.get(),
        Types.FixedType.ofLength(7),
        Types.BinaryType.get());
  }

  /**
   * A schema with a required, identifying column for each key type, {@code k0} on, and {@code
   * valueColumns} others, {@code v0} on; the columns stand in random order.
   */
  public static Schema schema(
      Random random, List<? extends Type> keys, int valueColumns, Values values) {
    Ids ids = new Ids();
    List<NestedField> columns = new ArrayList<>();
    Set<Integer> identifiers = new LinkedHashSet<>();
    for (int i = 0; i < keys.size(); i++) {
      NestedField key = NestedField.required(ids.next(), "k" + i, keys.get(i));
      identifiers.add(key.fieldId());
      columns.add(random.nextInt(columns.size() + 1), key);
    }
    for (int i = 0; i < valueColumns; i++) {
      NestedField value = field(random, ids, "v" + i, values, 0);
      columns.add(random.nextInt(columns.size() + 1), value);
    }
    return new Schema(columns, identifiers);
  }

  /** One to three random key types. */
  public static List<Type> someKeyTypes(Random random, Values values) {
    List<Type> possible =
        keyTypes().stream()
            .filter(type -> values != Values.NESTED_FOR_SPARK || inSpark(type))
            .collect(Collectors.toList());
    List<Type> chosen = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      chosen.add(possible.get(random.nextInt(possible.size())));
    }
    return chosen;
  }

  private static NestedField field(Random random, Ids ids, String name, Values values, int depth) {
    int id = ids.next();
    Type type = type(random, ids, values, depth);
    return random.nextInt(3) == 0
        ? NestedField.required(id, name, type)
        : NestedField.optional(id, name, type);
  }

  private static Type type(Random random, Ids ids, Values values, int depth) {
    boolean nested = values != Values.FLAT && depth < DEPTH_MAX && random.nextInt(4) == 0;
    if (!nested) {
      return primitive(random, values);
    }
    switch (random.nextInt(3)) {
      case 0 -> {
        List<NestedField> fields = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
          fields.add(field(random, ids, "f" + i, values, depth + 1));
        }
        return Types.StructType.of(fields);
      }
      case 1 -> {
        int id = ids.next();
        Type element = type(random, ids, values, depth + 1);
        return random.nextBoolean()
            ? Types.ListType.ofOptional(id, element)
            : Types.ListType.ofRequired(id, element);
      }
      default -> {
        int keyId = ids.next();
        int valueId = ids.next();
        Type value = type(random, ids, values, depth + 1);
        Type key = random.nextBoolean() ? Types.StringType.get() : Types.IntegerType.get();
        return random.nextBoolean()
            ? Types.MapType.ofOptional(keyId, valueId, key, value)
            : Types.MapType.ofRequired(keyId, valueId, key, value);
      }
    }
  }

  private static Type primitive(Random random, Values values) {
    List<Type> possible = new ArrayList<>(keyTypes());
    possible.add(Types.FloatType.get());
    possible.add(Types.DoubleType.get());
    if (values == Values.NESTED_FOR_SPARK) {
      possible.removeIf(type -> !inSpark(type));
    }
    return possible.get(random.nextInt(possible.size()));
  }

  private static boolean inSpark(Type type) {
    return type.typeId() != Type.TypeID.TIME && type.typeId() != Type.TypeID.TIMESTAMP_NANO;
  }

  private static final class Ids {
    private int last;

    int next() {
      return ++last;
    }
  }
}
