package io.firn.examples;

import io.firn.engine.FirnTable;
import java.time.OffsetDateTime;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/** A table inside a Java program: write, read, delete, scan. Run it with a directory. */
public final class Embed {

  private Embed() {}

  public static void main(String[] arguments) throws Exception {
    Schema schema =
        new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "name", Types.StringType.get()),
            Types.NestedField.optional(3, "seen", Types.TimestampType.withZone()));

    try (FirnTable devices =
        FirnTable.builder().path(arguments[0]).schema(schema).key("id").open()) {
      Record device = GenericRecord.create(devices.schema());
      for (long id = 1; id <= 3; id++) {
        device.setField("id", id);
        device.setField("name", "device-" + id);
        device.setField("seen", OffsetDateTime.parse("2024-01-31T12:00:00Z"));
        devices.put(device); // when it returns, the row survives a power cut
      }
      devices.delete(2L);

      System.out.println("get: " + devices.get(3L).orElseThrow());
      try (CloseableIterable<Record> rows = devices.scan().from(1L).to(100L).records()) {
        rows.forEach(row -> System.out.println("scan: " + row));
      }
      System.out.println("Iceberg snapshot " + devices.flush().snapshotId() + " has all of it");
    }
  }
}
