package io.firn.testkit;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.PrimitiveType;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.jspecify.annotations.Nullable;

/** Random schemas, one made from the other, and random rows for them. */
public final class SchemaEvolution {

  public static final Schema FIRST =
      new Schema(
          NestedField.required(1, "id", Types.LongType.get()),
          NestedField.required(2, "count", Types.IntegerType.get()),
          NestedField.optional(3, "ratio", Types.FloatType.get()),
          NestedField.optional(4, "price", DecimalType.of(7, 2)),
          NestedField.required(5, "note", Types.StringType.get()),
          NestedField.optional(
              6,
              "place",
              StructType.of(
                  NestedField.optional(7, "zone", Types.IntegerType.get()),
                  NestedField.optional(8, "city", Types.StringType.get()))));

  /** Names come back after their column was dropped. */
  private static final List<String> NAMES =
      List.of("count", "ratio", "price", "note", "day", "flag", "extra");

  private static final List<PrimitiveType> TYPES =
      List.of(
          Types.IntegerType.get(),
          Types.FloatType.get(),
          DecimalType.of(7, 2),
          Types.StringType.get(),
          Types.DateType.get(),
          Types.BooleanType.get());

  private final Random random;
  private final Set<Integer> kept;
  private int serial;

  /** Changes of {@link #FIRST} and what becomes of it. */
  public SchemaEvolution(Random random) {
    this(random, Set.of(1, 6));
  }

  /**
   * Changes of any schema that has a struct, or something else, as its sixth column.
   *
   * @param kept the columns, by id, that are neither dropped nor renamed nor made optional
   */
  public SchemaEvolution(Random random, Set<Integer> kept) {
    this.random = random;
    this.kept = Set.copyOf(kept);
    this.serial = random.nextInt(1 << 30);
  }

  /**
   * A change that can be made to a schema, and its name.
   *
   * @param formatVersionMin of the table, 3 for a change with a default
   */
  public record Step(String name, int formatVersionMin, Consumer<UpdateSchema> change) {
    Step(String name, Consumer<UpdateSchema> change) {
      this(name, 2, change);
    }
  }

  /** A random change; null if the dice have chosen one that this schema does not allow. */
  public @Nullable Step next(Schema schema) {
    String column = any(columns(schema));
    return switch (random.nextInt(8)) {
      case 0 -> add(schema);
      case 1 -> addRequired(schema);
      case 2 -> column == null ? null : new Step("drop " + column, to -> to.deleteColumn(column));
      case 3 -> rename(schema, column);
      case 4 -> move(schema);
      case 5 -> widen(schema);
      case 6 ->
          column == null
              ? null
              : new Step("make optional " + column, to -> to.makeColumnOptional(column));
      default -> nested(schema);
    };
  }

  private @Nullable Step add(Schema schema) {
    String name = freeName(schema);
    PrimitiveType type = TYPES.get(random.nextInt(TYPES.size()));
    if (random.nextBoolean()) {
      return new Step("add " + name + " " + type, to -> to.addColumn(name, type));
    }
    Literal<?> literal = literal(type);
    return new Step(
        "add " + name + " " + type + " default " + literal,
        3,
        to -> to.addColumn(name, type, "with a default", literal));
  }

  private Step addRequired(Schema schema) {
    String name = freeName(schema);
    PrimitiveType type = TYPES.get(random.nextInt(TYPES.size()));
    Literal<?> literal = literal(type);
    return new Step(
        "add required " + name + " " + type + " default " + literal,
        3,
        to -> to.addRequiredColumn(name, type, "with a default", literal));
  }

  private @Nullable Step rename(Schema schema, @Nullable String column) {
    String name = freeName(schema);
    return column == null
        ? null
        : new Step("rename " + column + " to " + name, to -> to.renameColumn(column, name));
  }

  private Step move(Schema schema) {
    List<NestedField> columns = schema.columns();
    String column = columns.get(random.nextInt(columns.size())).name();
    String after = columns.get(random.nextInt(columns.size())).name();
    return column.equals(after)
        ? new Step("move " + column + " first", to -> to.moveFirst(column))
        : new Step(
            "move " + column + " after " + after,
            to -> {
              to.moveAfter(column, after);
            });
  }

  private @Nullable Step widen(Schema schema) {
    List<Step> steps = new ArrayList<>();
    for (NestedField field : schema.columns()) {
      widen(field, field.name(), steps);
      if (field.type().isStructType()) {
        field
            .type()
            .asStructType()
            .fields()
            .forEach(inner -> widen(inner, field.name() + "." + inner.name(), steps));
      }
    }
    return any(steps);
  }

  private static void widen(NestedField field, String path, List<Step> steps) {
    PrimitiveType wider =
        switch (field.type().typeId()) {
          case INTEGER -> Types.LongType.get();
          case FLOAT -> Types.DoubleType.get();
          case DECIMAL -> {
            DecimalType decimal = (DecimalType) field.type();
            yield DecimalType.of(Math.min(38, decimal.precision() + 6), decimal.scale());
          }
          default -> null;
        };
    if (wider != null) {
      steps.add(new Step("widen " + path + " to " + wider, to -> to.updateColumn(path, wider)));
    }
  }

  private @Nullable Step nested(Schema schema) {
    NestedField place = schema.findField(6);
    if (place == null || !place.type().isStructType()) {
      return null;
    }
    List<NestedField> inner = place.type().asStructType().fields();
    NestedField one = inner.get(random.nextInt(inner.size()));
    String path = place.name() + "." + one.name();
    return switch (random.nextInt(4)) {
      case 0 -> {
        String name = "inner" + serial++;
        yield random.nextBoolean()
            ? new Step(
                "add " + place.name() + "." + name,
                to -> to.addColumn(place.name(), name, Types.DateType.get()))
            : new Step(
                "add " + place.name() + "." + name + " with a default",
                3,
                to ->
                    to.addColumn(
                        place.name(),
                        name,
                        Types.StringType.get(),
                        null,
                        Literal.of("default of " + name)));
      }
      case 1 -> inner.size() == 1 ? null : new Step("drop " + path, to -> to.deleteColumn(path));
      case 2 -> {
        String name = "renamed" + serial++;
        yield new Step("rename " + path + " to " + name, to -> to.renameColumn(path, name));
      }
      default -> new Step("move " + path + " first", to -> to.moveFirst(path));
    };
  }

  private String freeName(Schema schema) {
    List<String> free = NAMES.stream().filter(name -> schema.findField(name) == null).toList();
    return free.isEmpty() || random.nextInt(3) == 0
        ? "column" + serial++
        : free.get(random.nextInt(free.size()));
  }

  /** The columns that may be changed. */
  private List<String> columns(Schema schema) {
    return schema.columns().stream()
        .filter(field -> !kept.contains(field.fieldId()))
        .map(NestedField::name)
        .toList();
  }

  private <T> @Nullable T any(List<T> choices) {
    return choices.isEmpty() ? null : choices.get(random.nextInt(choices.size()));
  }

  private Literal<?> literal(PrimitiveType type) {
    return switch (type.typeId()) {
      case INTEGER -> Literal.of(random.nextInt(100));
      case FLOAT -> Literal.of(random.nextInt(100) / 4f);
      case DECIMAL -> Literal.of(BigDecimal.valueOf(random.nextInt(1000), 2));
      case STRING -> Literal.of("default " + random.nextInt(100));
      case DATE -> Literal.of("2026-11-%02d".formatted(1 + random.nextInt(28))).to(type);
      default -> Literal.of(random.nextBoolean());
    };
  }

  /** A random row of a schema. */
  public GenericRecord row(Schema schema, long id) {
    GenericRecord row = row(schema.asStruct());
    row.setField(schema.findColumnName(1), id);
    return row;
  }

  private GenericRecord row(StructType type) {
    GenericRecord row = GenericRecord.create(type);
    for (int i = 0; i < type.fields().size(); i++) {
      NestedField field = type.fields().get(i);
      row.set(i, field.isOptional() && random.nextInt(4) == 0 ? null : value(field.type()));
    }
    return row;
  }

  private Object value(Type type) {
    return switch (type.typeId()) {
      case INTEGER -> random.nextInt(1000);
      case LONG -> random.nextLong(1L << 40);
      case FLOAT -> random.nextInt(1000) / 8f;
      case DOUBLE -> random.nextDouble();
      case DECIMAL -> BigDecimal.valueOf(random.nextInt(10_000_000), ((DecimalType) type).scale());
      case STRING -> "text " + random.nextInt(1000);
      case DATE -> LocalDate.ofEpochDay(random.nextInt(30_000));
      case BOOLEAN -> random.nextBoolean();
      case STRUCT -> row(type.asStructType());
      default -> throw new AssertionError(type);
    };
  }

  /** Every primitive field of a schema that a filter can name. */
  public static Stream<NestedField> primitives(Schema schema) {
    return schema.columns().stream().filter(field -> field.type().isPrimitiveType());
  }
}
