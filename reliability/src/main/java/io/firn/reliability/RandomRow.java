package io.firn.reliability;

import io.firn.testkit.ForeignState;
import io.firn.testkit.SchemaEvolution;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;

/** Random rows of whatever columns there are, of which no two have the same version. */
final class RandomRow {

  private long versions;

  GenericRecord row(Schema schema, long key, Random random) {
    GenericRecord row = new SchemaEvolution(random, Configuration.KEPT).row(schema, key);
    row.setField(schema.findColumnName(ForeignState.VERSION), ++versions);
    return row;
  }
}
