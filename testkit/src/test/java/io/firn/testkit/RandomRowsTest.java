package io.firn.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomRowsTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @ParameterizedTest
  @EnumSource(RandomSchemas.Values.class)
  void aSchemaHasItsKeysAndUniqueIds(RandomSchemas.Values values) {
    Random random = seeds.random();
    for (int i = 0; i < 200; i++) {
      List<Type> keys = RandomSchemas.someKeyTypes(random, values);
      Schema schema = RandomSchemas.schema(random, keys, 5, values);
      assertThat(schema.columns()).hasSize(keys.size() + 5);
      assertThat(schema.identifierFieldIds()).hasSize(keys.size());
      Set<Integer> ids = new HashSet<>(TypeUtil.getProjectedIds(schema));
      assertThat(ids).containsAll(schema.identifierFieldIds());
      for (int row = 0; row < 5; row++) {
        required(RandomRows.row(random, schema), schema.columns());
      }
    }
  }

  @Test
  void equalNumbersGiveEqualKeys() {
    Random random = seeds.random();
    Schema schema =
        RandomSchemas.schema(random, RandomSchemas.keyTypes(), 2, RandomSchemas.Values.FLAT);
    Record one = RandomRows.row(random, schema, 17);
    Record same = RandomRows.row(random, schema, 17);
    Record other = RandomRows.row(random, schema, 18);
    boolean differs = false;
    for (int i = 0; i < RandomSchemas.keyTypes().size(); i++) {
      assertThat(one.getField("k" + i)).isEqualTo(same.getField("k" + i));
      differs |= !one.getField("k" + i).equals(other.getField("k" + i));
    }
    assertThat(differs).isTrue();
  }

  @Test
  void oneSeedGivesOneRow() {
    Schema schema =
        RandomSchemas.schema(
            seeds.random(), RandomSchemas.keyTypes(), 9, RandomSchemas.Values.FLAT);
    assertThat(RandomRows.row(seeds.random(), schema))
        .isEqualTo(RandomRows.row(seeds.random(), schema));
  }

  private static void required(Record row, List<NestedField> fields) {
    for (NestedField field : fields) {
      Object value = row.getField(field.name());
      if (field.isRequired()) {
        assertThat(value).as(field.toString()).isNotNull();
      }
    }
  }
}
