package io.firn.compaction;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import io.firn.catalog.DeletionVector;
import io.firn.catalog.FlushCommit;
import io.firn.catalog.LiveFile;
import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.format.CacheOptions;
import io.firn.format.ColumnBatch;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.DataFileWriter;
import io.firn.format.KeyList;
import io.firn.format.TableSchema;
import io.firn.format.WriterOptions;
import io.firn.format.WrittenFile;
import io.firn.storage.Storage;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.iceberg.Files;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/**
 * A real table of nested rows with a model beside it: flushes are committed as an engine would, and
 * rows are read back by Iceberg's own reader.
 */
class TestTable implements CompactionHost, AutoCloseable {

  static final Schema SCHEMA =
      new Schema(
          List.of(
              required(1, "id", Types.LongType.get()),
              optional(2, "name", Types.StringType.get()),
              optional(3, "amount", Types.DecimalType.of(12, 2)),
              optional(4, "at", Types.TimestampType.withZone()),
              optional(5, "tags", Types.ListType.ofOptional(7, Types.StringType.get())),
              optional(
                  6,
                  "spot",
                  Types.StructType.of(
                      required(8, "x", Types.DoubleType.get()),
                      optional(9, "y", Types.IntegerType.get())))),
          Set.of(1));

  /** The lineage of a row: its id and the sequence number that last changed it. */
  record Lineage(long rowId, long sequenceNumber) {}

  final TreeMap<Long, Record> model = new TreeMap<>();
  final String directory;
  final TableStore store;
  private final Storage storage;
  private final DataFileReaders readers;
  private long sequence;

  TestTable(Path directory, Storage storage) {
    this.storage = storage;
    this.directory = directory.resolve("t").toString();
    this.store =
        TableStore.create(
            TableLocation.ofPath(this.directory), storage, SCHEMA, List.of("id"), Map.of());
    this.store.fence();
    try {
      storage.createDirectories(this.directory + "/data");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    this.readers = new DataFileReaders(storage, CacheOptions.defaults());
  }

  @Override
  public TableStore store() {
    return store;
  }

  @Override
  public Storage storage() {
    return storage;
  }

  @Override
  public DataFileReaders readers() {
    return readers;
  }

  @Override
  public String engineId() {
    return "test";
  }

  static Record row(long id, int version) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    row.setField("name", version % 7 == 0 ? null : "name-" + id + "-" + version);
    row.setField("amount", version % 5 == 0 ? null : BigDecimal.valueOf(id * 31 + version, 2));
    row.setField(
        "at",
        OffsetDateTime.ofInstant(Instant.ofEpochSecond(1_700_000_000L + version), ZoneOffset.UTC));
    row.setField("tags", version % 3 == 0 ? null : List.of("a" + id, "b" + version));
    GenericRecord spot = GenericRecord.create(SCHEMA.findType("spot").asStructType());
    spot.setField("x", id / 3.0);
    spot.setField("y", version % 2 == 0 ? null : version);
    row.setField("spot", version % 11 == 0 ? null : spot);
    return row;
  }

  /** Upserts these ids with values of a version into a file of a level, and deletes others. */
  Version flush(int level, Collection<Long> ids, int version, Collection<Long> deletes) {
    TreeSet<Long> keys = new TreeSet<>(ids);
    keys.addAll(deletes);
    List<WrittenFile> added = new ArrayList<>();
    if (!ids.isEmpty()) {
      added.add(write(level, ids, version));
    }
    long flushed = ++sequence;
    Version result =
        store.commitFlush(
            current -> new FlushCommit(added, find(current, keys), flushed, Map.of()));
    deletes.forEach(model::remove);
    ids.forEach(id -> model.put(id, row(id, version)));
    return result;
  }

  Version flush(Collection<Long> ids, int version) {
    return flush(0, ids, version, List.of());
  }

  Version delete(Collection<Long> ids) {
    return flush(0, List.of(), 0, ids);
  }

  private WrittenFile write(int level, Collection<Long> ids, int version) {
    TableSchema schema = store.version().schema();
    ColumnBatch batch = ColumnBatch.of(schema.schema());
    new TreeSet<>(ids).forEach(id -> batch.append(row(id, version)));
    try (DataFileWriter writer =
        DataFileWriter.create(
            storage,
            store.newDataFilePath(level),
            schema,
            WriterOptions.forLookups().withPages(1024, 64),
            DataFileWriter.Lineage.FROM_COMMIT)) {
      writer.write(batch);
      return writer.finish();
    }
  }

  private Map<String, DeletionVector> find(Version version, Collection<Long> ids) {
    KeyList keys = new KeyList();
    ids.forEach(id -> keys.add(version.schema().keys().encode((Object) id)));
    Map<String, DeletionVector> found = new HashMap<>();
    for (LiveFile file : version.files().values()) {
      DeletionVector.Builder positions = DeletionVector.builder();
      try (DataFileReader reader =
          readers.open(file.path(), file.lengthBytes(), version.schema())) {
        reader.find(
            keys,
            0,
            keys.size(),
            (key, position) -> {
              if (!file.deleted().contains(position)) {
                positions.add(position);
              }
            });
      }
      DeletionVector newly = positions.build();
      if (!newly.isEmpty()) {
        found.put(file.path(), newly);
      }
    }
    return found;
  }

  /** Another engine appends rows to a file of its own, in this order, keys that exist included. */
  void foreignAppend(List<Long> ids, int version) {
    Table table = new HadoopTables().load(directory);
    String path = directory + "/data/foreign-" + UUID.randomUUID() + ".parquet";
    try (DataWriter<Record> writer =
        Parquet.writeData(Files.localOutput(path))
            .schema(table.schema())
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .overwrite()
            .build()) {
      ids.forEach(id -> writer.write(row(id, version)));
      writer.close();
      table.newAppend().appendFile(writer.toDataFile()).commit();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    ids.forEach(id -> model.put(id, row(id, version)));
    store.refresh();
  }

  /** All rows as an outside reader sees them, by id; fails if an id comes twice. */
  Map<Long, Record> icebergRows() {
    TreeMap<Long, Record> rows = new TreeMap<>();
    try (CloseableIterable<Record> scan =
        IcebergGenerics.read(new HadoopTables().load(directory)).build()) {
      for (Record row : scan) {
        // The reader of deletion vectors leaves a position behind the columns.
        GenericRecord copy = GenericRecord.create(SCHEMA);
        SCHEMA.columns().forEach(c -> copy.setField(c.name(), row.getField(c.name())));
        if (rows.put((Long) row.getField("id"), copy) != null) {
          throw new AssertionError("Two rows with id " + row.getField("id"));
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return rows;
  }

  /** The lineage of all live rows, as Iceberg's reader derives it from files and metadata. */
  Map<Long, Lineage> lineage() {
    Schema projection =
        new Schema(
            SCHEMA.findField("id"),
            MetadataColumns.ROW_ID,
            MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
    Map<Long, Lineage> lineage = new HashMap<>();
    for (LiveFile file : store.version().files().values()) {
      Map<Integer, Object> inherited = new HashMap<>();
      inherited.put(MetadataColumns.ROW_ID.fieldId(), file.firstRowId());
      inherited.put(
          MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.fieldId(), file.dataSequenceNumber());
      try (CloseableIterable<Record> rows =
          Parquet.read(Files.localInput(file.path()))
              .project(projection)
              .createReaderFunc(
                  type -> GenericParquetReaders.buildReader(projection, type, inherited))
              .build()) {
        long position = 0;
        for (Record row : rows) {
          if (!file.deleted().contains(position++)) {
            lineage.put(
                row.get(0, Long.class),
                new Lineage(row.get(1, Long.class), row.get(2, Long.class)));
          }
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return lineage;
  }

  /** The data files in the table's directory, live or not. */
  Set<String> dataFilesOnDisk() {
    try {
      Set<String> paths = new HashSet<>();
      storage.list(directory + "/data").stream()
          .map(Storage.FileStatus::path)
          .filter(path -> path.endsWith(".parquet"))
          .forEach(paths::add);
      return paths;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static List<Long> range(long from, long to) {
    List<Long> ids = new ArrayList<>();
    for (long id = from; id < to; id++) {
      ids.add(id);
    }
    return Collections.unmodifiableList(ids);
  }

  @Override
  public void close() {
    readers.close();
    store.close();
  }
}
