package io.firn.engine;

import io.firn.error.InvalidArgumentException;
import io.firn.format.KeyCodec;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * What a scan is to deliver, with its bounds as encoded keys. Immutable.
 *
 * @param schema the table's
 * @param from keys not below it; null for no bound
 * @param to keys below it; null for no bound
 * @param order of the rows
 * @param output the columns to deliver, nested fields pruned
 * @param filter unbound; always true if there is none
 * @param limit rows at most
 * @param snapshotId the Iceberg snapshot to read instead of the newest state
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never leaves the engine
record ScanRequest(
    TableSchema schema,
    byte @Nullable [] from,
    byte @Nullable [] to,
    Order order,
    Schema output,
    Expression filter,
    long limit,
    OptionalLong snapshotId) {

  enum Order {
    /** Ascending for records, any for Arrow. */
    DEFAULT,
    ASCENDING,
    DESCENDING,
    ANY
  }

  /** A scan of everything. */
  static ScanRequest all(TableSchema schema) {
    return new ScanRequest(
        schema,
        null,
        null,
        Order.DEFAULT,
        schema.schema(),
        Expressions.alwaysTrue(),
        Long.MAX_VALUE,
        OptionalLong.empty());
  }

  ScanRequest from(byte[] key) {
    byte[] higher = from == null || KeyCodec.compare(from, key) < 0 ? key : from;
    return new ScanRequest(schema, higher, to, order, output, filter, limit, snapshotId);
  }

  ScanRequest to(byte @Nullable [] key) {
    byte[] lower = to == null || (key != null && KeyCodec.compare(key, to) < 0) ? key : to;
    return new ScanRequest(schema, from, lower, order, output, filter, limit, snapshotId);
  }

  ScanRequest order(Order chosen) {
    return new ScanRequest(schema, from, to, chosen, output, filter, limit, snapshotId);
  }

  ScanRequest limit(long rows) {
    if (rows < 0) {
      throw new InvalidArgumentException("A limit cannot be negative: " + rows);
    }
    return new ScanRequest(
        schema, from, to, order, output, filter, Math.min(limit, rows), snapshotId);
  }

  ScanRequest asOf(long snapshot) {
    return new ScanRequest(
        schema, from, to, order, output, filter, limit, OptionalLong.of(snapshot));
  }

  ScanRequest filter(Expression added) {
    try {
      Expression ignored = Binder.bind(schema.schema().asStruct(), added, true);
    } catch (ValidationException | IllegalArgumentException e) {
      throw new InvalidArgumentException(
          "The filter does not fit the schema: " + e.getMessage(), e);
    }
    return new ScanRequest(
        schema, from, to, order, output, Expressions.and(filter, added), limit, snapshotId);
  }

  ScanRequest select(String... columns) {
    Set<Integer> ids = new TreeSet<>();
    List<Integer> topLevel = new ArrayList<>();
    for (String column : columns) {
      NestedField field = schema.schema().findField(column);
      if (field == null) {
        throw new InvalidArgumentException(
            "The table has no column " + column + "; it has " + columnNames(schema.schema()));
      }
      ids.add(field.fieldId());
      int root = rootOf(schema.schema(), column, field);
      if (!topLevel.contains(root)) {
        topLevel.add(root);
      }
    }
    Schema pruned = TypeUtil.select(schema.schema(), ids);
    List<NestedField> ordered = new ArrayList<>();
    topLevel.forEach(id -> ordered.add(pruned.findField(id)));
    return new ScanRequest(schema, from, to, order, new Schema(ordered), filter, limit, snapshotId);
  }

  private static int rootOf(Schema schema, String column, NestedField field) {
    for (NestedField top : schema.columns()) {
      if (top.fieldId() == field.fieldId() || column.startsWith(top.name() + ".")) {
        return top.fieldId();
      }
    }
    throw new InvalidArgumentException("The table has no column " + column);
  }

  private static List<String> columnNames(Schema schema) {
    return schema.columns().stream().map(NestedField::name).toList();
  }

  /**
   * The field ids of the top-level columns to read: those to deliver, and those the filter looks
   * at.
   */
  Set<Integer> columnsToRead() {
    Set<Integer> needed = new TreeSet<>();
    output.columns().forEach(field -> needed.add(field.fieldId()));
    if (filter.op() != Expression.Operation.TRUE) {
      Set<Integer> referenced =
          Binder.boundReferences(schema.schema().asStruct(), List.of(filter), true);
      for (NestedField top : schema.schema().columns()) {
        if (referenced.contains(top.fieldId())
            || TypeUtil.getProjectedIds(top.type()).stream().anyMatch(referenced::contains)) {
          needed.add(top.fieldId());
        }
      }
    }
    return needed;
  }

  /** The same and the key columns, which decide the order when several inputs are merged. */
  Set<Integer> columnsToMerge() {
    Set<Integer> needed = columnsToRead();
    schema.keyFields().forEach(field -> needed.add(field.fieldId()));
    return needed;
  }

  /** True if no key can lie within the bounds. */
  boolean isEmptyRange() {
    return limit == 0 || (from != null && to != null && KeyCodec.compare(from, to) >= 0);
  }
}
