package io.firn.catalog;

import io.firn.format.WrittenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/** A two-column table, its files and its rows, written and read with Iceberg's own code. */
final class Rows {
  static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "value", Types.StringType.get()));

  static final List<String> KEY = List.of("id");

  private Rows() {}

  /** Writes rows as a data file, durable as a flush would leave it. */
  static WrittenFile write(TableStore store, int level, SortedMap<Long, String> rows) {
    return write(store, store.newDataFilePath(level), rows);
  }

  static WrittenFile write(TableStore store, String path, SortedMap<Long, String> rows) {
    Schema schema = store.version().schema().schema();
    FileAppender<Record> appender;
    try {
      appender =
          Parquet.write(store.table().io().newOutputFile(path))
              .schema(schema)
              .createWriterFunc(GenericParquetWriter::create)
              .metricsConfig(MetricsConfig.getDefault())
              .build();
      try (appender) {
        for (Map.Entry<Long, String> row : rows.entrySet()) {
          GenericRecord rec = GenericRecord.create(schema);
          rec.setField("id", row.getKey());
          rec.setField("value", row.getValue());
          appender.add(rec);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new WrittenFile(
        path,
        appender.length(),
        rows.size(),
        appender.metrics(),
        appender.splitOffsets(),
        store.version().schema().keys().encode(rows.firstKey()),
        store.version().schema().keys().encode(rows.lastKey()));
  }

  /** A data file as a foreign engine would add it. */
  static DataFile foreign(TableStore store, String name, SortedMap<Long, String> rows) {
    WrittenFile file = write(store, store.location() + "/data/" + name, rows);
    return entry(file);
  }

  /** The entry of a file as a foreign engine would commit it. */
  static DataFile entry(WrittenFile file) {
    return entry(file, file.path());
  }

  static DataFile entry(WrittenFile file, String path) {
    return DataFiles.builder(PartitionSpec.unpartitioned())
        .withPath(path)
        .withFormat(FileFormat.PARQUET)
        .withFileSizeInBytes(file.lengthBytes())
        .withMetrics(file.metrics())
        .build();
  }

  static SortedMap<Long, String> range(long from, long to, String value) {
    SortedMap<Long, String> rows = new TreeMap<>();
    for (long id = from; id < to; id++) {
      rows.put(id, value + id);
    }
    return rows;
  }

  /** The rows of a snapshot as an outside reader sees them; fails if a key is there twice. */
  static SortedMap<Long, String> read(Table table, long snapshotId) {
    SortedMap<Long, String> rows = new TreeMap<>();
    try (CloseableIterable<Record> records =
        IcebergGenerics.read(table).useSnapshot(snapshotId).build()) {
      for (Record rec : records) {
        Long id = (Long) rec.getField("id");
        if (rows.put(id, (String) rec.getField("value")) != null) {
          throw new AssertionError("Key " + id + " is there twice in snapshot " + snapshotId);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
