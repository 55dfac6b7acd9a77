package io.firn.engine;

import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Compares schemas by what a row looks like: names, order, types and nullability, but not field
 * ids.
 */
final class SchemaDifference {

  private SchemaDifference() {}

  /** The first difference in words, or null if there is none. */
  static @Nullable String between(Schema wanted, Schema actual) {
    return between("", wanted.columns(), actual.columns());
  }

  private static @Nullable String between(
      String parent, List<NestedField> wanted, List<NestedField> actual) {
    for (int i = 0; i < Math.max(wanted.size(), actual.size()); i++) {
      if (i >= actual.size()) {
        return "it lacks column " + parent + wanted.get(i).name();
      }
      if (i >= wanted.size()) {
        return "it has another column " + parent + actual.get(i).name();
      }
      String difference = between(parent, wanted.get(i), actual.get(i));
      if (difference != null) {
        return difference;
      }
    }
    return null;
  }

  private static @Nullable String between(String parent, NestedField wanted, NestedField actual) {
    String name = parent + actual.name();
    if (!wanted.name().equals(actual.name())) {
      return "its column is " + name + ", not " + parent + wanted.name();
    }
    if (wanted.isOptional() != actual.isOptional()) {
      return "its column " + name + " is " + (actual.isOptional() ? "optional" : "required");
    }
    Type wantedType = wanted.type();
    Type actualType = actual.type();
    if (wantedType.isPrimitiveType() || actualType.isPrimitiveType()) {
      return wantedType.equals(actualType)
          ? null
          : "its column " + name + " is " + actualType + ", not " + wantedType;
    }
    if (wantedType.typeId() != actualType.typeId()) {
      return "its column " + name + " is " + actualType + ", not " + wantedType;
    }
    return between(
        name + ".", wantedType.asNestedType().fields(), actualType.asNestedType().fields());
  }
}
