package io.firn.engine;

import io.firn.format.Projection;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The projections that reads of one schema use, each made once: files remember how they answer one.
 * Safe for use by many threads.
 */
final class Projections {

  /** More than an application has different queries; one that makes them up starts anew. */
  private static final int MOST = 256;

  private final TableSchema schema;
  private final Projection all;
  private final Map<Set<Integer>, Projection> some = new ConcurrentHashMap<>();

  Projections(TableSchema schema) {
    this.schema = schema;
    this.all = Projection.all(schema);
  }

  /** All columns of the table. */
  Projection all() {
    return all;
  }

  /**
   * Some of the columns, in the table's order.
   *
   * @param fieldIds of top-level columns
   */
  Projection of(Set<Integer> fieldIds) {
    if (fieldIds.size() == schema.schema().columns().size()) {
      return all;
    }
    Projection known = some.get(fieldIds);
    if (known == null) {
      if (some.size() >= MOST) {
        some.clear();
      }
      List<NestedField> columns = new ArrayList<>();
      for (NestedField column : schema.schema().columns()) {
        if (fieldIds.contains(column.fieldId())) {
          columns.add(column);
        }
      }
      known = Projection.of(schema, new Schema(columns));
      some.put(Set.copyOf(fieldIds), known);
    }
    return known;
  }
}
