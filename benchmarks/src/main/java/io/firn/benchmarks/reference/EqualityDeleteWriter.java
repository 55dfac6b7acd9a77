package io.firn.benchmarks.reference;

import java.io.IOException;
import java.util.List;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.DeleteGranularity;
import org.apache.iceberg.io.BaseTaskWriter;
import org.apache.iceberg.io.FileWriterFactory;
import org.apache.iceberg.io.OutputFileFactory;

/** Writes rows and equality deletes of one commit, as Iceberg's Flink sink does for upserts. */
final class EqualityDeleteWriter extends BaseTaskWriter<Record> {

  private static final long TARGET_FILE_BYTES = 512L << 20;
  private static final Schema KEY = ReferenceSchema.SCHEMA.select("k");

  private final GenericRecord row = GenericRecord.create(ReferenceSchema.SCHEMA);
  private final GenericRecord key = GenericRecord.create(KEY);
  private final DeltaWriter delta;

  EqualityDeleteWriter(Table table) {
    super(
        table.spec(),
        FileFormat.PARQUET,
        writerFactory(table),
        OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PARQUET).build(),
        table.io(),
        TARGET_FILE_BYTES);
    this.delta = new DeltaWriter();
  }

  private static FileWriterFactory<Record> writerFactory(Table table) {
    return new GenericFileWriterFactory.Builder(table)
        .dataFileFormat(FileFormat.PARQUET)
        .dataSchema(ReferenceSchema.SCHEMA)
        .deleteFileFormat(FileFormat.PARQUET)
        .equalityFieldIds(new int[] {KEY.columns().get(0).fieldId()})
        .equalityDeleteRowSchema(KEY)
        .build();
  }

  void insert(ReferenceRow values) throws IOException {
    List<?> columns = ReferenceSchema.SCHEMA.columns();
    for (int column = 0; column < columns.size(); column++) {
      row.set(column, ReferenceSchema.value(values, column));
    }
    delta.write(row);
  }

  void insert(Record record) throws IOException {
    delta.write(record);
  }

  void deleteKey(long deleted) throws IOException {
    key.set(0, deleted);
    delta.deleteKey(key);
  }

  /** An upsert, for those who use the interface. */
  @Override
  public void write(Record record) throws IOException {
    deleteKey((long) record.get(0));
    delta.write(record);
  }

  @Override
  public void close() throws IOException {
    delta.close();
  }

  private final class DeltaWriter extends BaseEqualityDeltaWriter {

    private final InternalRecordWrapper rowWrapper =
        new InternalRecordWrapper(ReferenceSchema.SCHEMA.asStruct());
    private final InternalRecordWrapper keyWrapper = new InternalRecordWrapper(KEY.asStruct());

    DeltaWriter() {
      super(null, ReferenceSchema.SCHEMA, KEY, DeleteGranularity.FILE);
    }

    @Override
    protected StructLike asStructLike(Record data) {
      return rowWrapper.wrap(data);
    }

    @Override
    protected StructLike asStructLikeKey(Record data) {
      return keyWrapper.wrap(data);
    }
  }
}
