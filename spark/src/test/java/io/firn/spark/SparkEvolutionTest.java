package io.firn.spark;

import io.firn.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The schema changes in a random order, by Spark and by Firn, among writes, flushes, compactions
 * and new openings; the engine sees the right rows after every step, Spark and Iceberg's reader
 * after every one that leaves nothing in memory. {@code -Dfirn.steps=300} is the long form.
 */
class SparkEvolutionTest extends SharedTableTest {

  private static final int STEPS = Integer.getInteger("firn.steps", 12);
  private static final int COLUMNS_MAX = 7;

  @RegisterExtension final Seeds seeds = new Seeds();

  private int names;

  @Test
  void everybodyReadsWhateverTheOrderOfChangesIs() {
    Random random = seeds.random();
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(6)) {
        case 0 -> changeBySpark(random);
        case 1 -> changeByFirn(random);
        case 2 -> write(random);
        case 3 -> {
          table.flush();
          table.assertOutside();
        }
        case 4 -> {
          table.flush();
          table.compact();
          table.assertOutside();
        }
        default -> {
          table.reopen();
          table.assertOutside();
        }
      }
      // Rows of an older schema are flushed by themselves, so outside they may be there or not yet.
      table.assertEngine();
    }
    goOn();
  }

  private void changeBySpark(Random random) {
    String column = anyColumn(random);
    switch (random.nextInt(5)) {
      case 0 -> {
        if (hasRoom()) {
          String name = newName();
          table.alter("ADD COLUMN " + name + " INT");
          table.addToAll(name, null);
        }
      }
      case 1 -> {
        String name = newName();
        table.alter("RENAME COLUMN " + column + " TO " + name);
        table.rename(column, name);
      }
      case 2 -> table.alter("ALTER COLUMN " + column + " FIRST");
      case 3 -> {
        String narrow = anInteger();
        if (narrow != null) {
          table.alter("ALTER COLUMN " + narrow + " TYPE BIGINT");
        }
      }
      default -> {
        if (others().size() > 1) {
          table.alter("DROP COLUMN " + column);
        }
      }
    }
  }

  private void changeByFirn(Random random) {
    String column = anyColumn(random);
    switch (random.nextInt(5)) {
      case 0 -> {
        if (hasRoom()) {
          String name = newName();
          Literal<CharSequence> value = Literal.of("none of " + name);
          table.table().updateSchema(s -> s.addColumn(name, Types.StringType.get(), null, value));
          table.addToAll(name, "none of " + name);
        }
      }
      case 1 -> {
        String name = newName();
        table.table().updateSchema(schema -> schema.renameColumn(column, name));
        table.rename(column, name);
      }
      case 2 -> table.table().updateSchema(schema -> schema.moveAfter("id", column));
      case 3 -> {
        String narrow = anInteger();
        if (narrow != null) {
          table.table().updateSchema(s -> s.updateColumn(narrow, Types.LongType.get()));
        }
      }
      default -> {
        if (others().size() > 1) {
          table.table().updateSchema(schema -> schema.deleteColumn(column));
        }
      }
    }
  }

  private void write(Random random) {
    for (int i = 0; i < 5; i++) {
      long id = 1L + random.nextInt(50);
      if (random.nextInt(4) == 0) {
        table.delete(id);
        continue;
      }
      List<@Nullable Object> values = new ArrayList<>();
      for (NestedField field : table.table().schema().columns()) {
        values.add(
            switch (field.type().typeId()) {
              case STRING -> random.nextInt(5) == 0 ? null : "text " + random.nextInt(100);
              case INTEGER -> random.nextInt(100);
              default -> field.name().equals("id") ? id : (Long) (long) random.nextInt(100);
            });
      }
      table.put(values.toArray());
    }
  }

  private String newName() {
    return "c" + names++;
  }

  private boolean hasRoom() {
    return others().size() < COLUMNS_MAX;
  }

  /** The columns that are not the key. */
  private List<NestedField> others() {
    return table.table().schema().columns().stream()
        .filter(field -> !field.name().equals("id"))
        .toList();
  }

  private String anyColumn(Random random) {
    List<NestedField> others = others();
    return others.get(random.nextInt(others.size())).name();
  }

  private @Nullable String anInteger() {
    return others().stream()
        .filter(field -> field.type().typeId() == TypeID.INTEGER)
        .map(NestedField::name)
        .findFirst()
        .orElse(null);
  }
}
