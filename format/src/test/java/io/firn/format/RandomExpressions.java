package io.firn.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Random filters over the columns of a schema, with literals taken from rows. */
final class RandomExpressions {

  private final Random random;
  private final Schema schema;

  RandomExpressions(Random random, Schema schema) {
    this.random = random;
    this.schema = schema;
  }

  /** One column of every primitive type, required and optional, and a struct. */
  static Schema schema() {
    List<NestedField> fields = new ArrayList<>();
    for (Type type : RandomRows.primitives()) {
      int id = fields.size() + 1;
      fields.add(
          id % 3 == 0
              ? NestedField.required(id, "c" + id, type)
              : NestedField.optional(id, "c" + id, type));
    }
    fields.add(
        NestedField.optional(
            100,
            "s",
            Types.StructType.of(NestedField.optional(101, "n", Types.IntegerType.get()))));
    return new Schema(fields);
  }

  Expression next(List<Record> rows, int depth) {
    return switch (depth > 0 ? random.nextInt(5) : -1) {
      case 0 -> Expressions.and(next(rows, depth - 1), next(rows, depth - 1));
      case 1 -> Expressions.or(next(rows, depth - 1), next(rows, depth - 1));
      case 2 -> Expressions.not(next(rows, depth - 1));
      default -> leaf(rows);
    };
  }

  private Expression leaf(List<Record> rows) {
    if (random.nextInt(12) == 0) {
      return Expressions.greaterThan("s.n", random.nextInt(10));
    }
    int position = random.nextInt(schema.columns().size() - 1);
    NestedField field = schema.columns().get(position);
    String name = field.name();
    boolean text = field.type().typeId() == Type.TypeID.STRING;
    boolean floating =
        field.type().typeId() == Type.TypeID.FLOAT || field.type().typeId() == Type.TypeID.DOUBLE;
    int kind = random.nextInt(floating ? 12 : 10);
    if (kind == 8) {
      return Expressions.isNull(name);
    }
    if (kind == 9) {
      return Expressions.notNull(name);
    }
    if (kind >= 10) {
      return kind == 10 ? Expressions.isNaN(name) : Expressions.notNaN(name);
    }
    Object value = literal(rows, position);
    if (value == null) {
      return Expressions.notNull(name);
    }
    return switch (kind) {
      case 0 -> Expressions.predicate(Expression.Operation.LT, name, value);
      case 1 -> Expressions.predicate(Expression.Operation.LT_EQ, name, value);
      case 2 -> Expressions.predicate(Expression.Operation.GT, name, value);
      case 3 -> Expressions.predicate(Expression.Operation.GT_EQ, name, value);
      case 4 -> Expressions.predicate(Expression.Operation.EQ, name, value);
      case 5 -> Expressions.predicate(Expression.Operation.NOT_EQ, name, value);
      default -> {
        if (text && random.nextBoolean()) {
          String prefix = value.toString();
          prefix = prefix.substring(0, prefix.isEmpty() ? 0 : prefix.offsetByCodePoints(0, 1));
          yield random.nextBoolean()
              ? Expressions.startsWith(name, prefix)
              : Expressions.notStartsWith(name, prefix);
        }
        List<Object> values = new ArrayList<>(List.of(value));
        for (int i = random.nextInt(4); i > 0; i--) {
          Object other = literal(rows, position);
          if (other != null) {
            values.add(other);
          }
        }
        yield kind == 6 ? Expressions.in(name, values) : Expressions.notIn(name, values);
      }
    };
  }

  private Object literal(List<Record> rows, int position) {
    Type type = schema.columns().get(position).type();
    Record row = rows.get(random.nextInt(rows.size()));
    if (row.get(position) == null) {
      return null;
    }
    Object value =
        new InternalRecordWrapper(schema.asStruct()).wrap(row).get(position, Object.class);
    if ((value instanceof Float number && number.isNaN())
        || (value instanceof Double other && other.isNaN())) {
      return null;
    }
    // Literals of these types are made of text; of the others, of what they are inside.
    return switch (type.typeId()) {
      case TIMESTAMP_NANO -> null;
      case FIXED, BINARY -> ByteBuffer.wrap(FilterCompiler.bytes(value));
      default -> value;
    };
  }
}
