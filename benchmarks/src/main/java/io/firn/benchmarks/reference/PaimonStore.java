package io.firn.benchmarks.reference;

import java.nio.file.Path;
import org.apache.paimon.catalog.Catalog;
import org.apache.paimon.catalog.FileSystemCatalog;
import org.apache.paimon.catalog.Identifier;
import org.apache.paimon.data.BinaryRow;
import org.apache.paimon.data.BinaryString;
import org.apache.paimon.data.GenericRow;
import org.apache.paimon.data.Timestamp;
import org.apache.paimon.disk.IOManager;
import org.apache.paimon.fs.local.LocalFileIO;
import org.apache.paimon.schema.Schema;
import org.apache.paimon.table.FileStoreTable;
import org.apache.paimon.table.sink.StreamTableCommit;
import org.apache.paimon.table.sink.StreamTableWrite;
import org.apache.paimon.table.sink.StreamWriteBuilder;
import org.apache.paimon.table.source.DataSplit;
import org.apache.paimon.types.DataTypes;
import org.apache.paimon.types.RowKind;

/**
 * Apache Paimon: a primary-key table of Parquet files in one bucket, committed every 500,000 rows;
 * merge on read, or with deletion vectors. It has no log: what was not committed is lost.
 */
final class PaimonStore implements Store<ReferenceRow> {

  private static final int COMMIT_ROWS = 500_000;
  private static final int BUCKET = 0;
  private static final Identifier TABLE = Identifier.create("reference", "reference");

  private final Catalog catalog;
  private final FileStoreTable table;
  private final IOManager temporaryFiles;
  private final StreamTableWrite write;
  private final StreamTableCommit commit;
  private int uncommitted;
  private long commitId;

  /** How readers learn that a row is outdated. */
  enum Mode {
    MERGE_ON_READ,
    DELETION_VECTORS
  }

  PaimonStore(Path directory, Mode mode) {
    this.catalog =
        new FileSystemCatalog(
            LocalFileIO.create(), new org.apache.paimon.fs.Path(directory.toString()));
    this.table =
        Unchecked.get(
            () -> {
              catalog.createDatabase(TABLE.getDatabaseName(), true);
              catalog.createTable(TABLE, schema(mode), true);
              return (FileStoreTable) catalog.getTable(TABLE);
            });
    this.temporaryFiles = IOManager.create(directory.resolve("temporary").toString());
    StreamWriteBuilder builder = table.newStreamWriteBuilder();
    this.write = (StreamTableWrite) builder.newWrite().withIOManager(temporaryFiles);
    this.commit = builder.newCommit();
  }

  private static Schema schema(Mode mode) {
    return Schema.newBuilder()
        .column("k", DataTypes.BIGINT().notNull())
        .column("l", DataTypes.BIGINT())
        .column("i", DataTypes.INT())
        .column("d1", DataTypes.DOUBLE())
        .column("d2", DataTypes.DOUBLE())
        .column("ts", DataTypes.TIMESTAMP(6))
        .column("b", DataTypes.BOOLEAN())
        .column("s1", DataTypes.STRING())
        .column("s2", DataTypes.STRING())
        .column("s3", DataTypes.STRING())
        .primaryKey("k")
        .option("bucket", "1")
        .option("file.format", "parquet")
        .option("deletion-vectors.enabled", Boolean.toString(mode == Mode.DELETION_VECTORS))
        .build();
  }

  @Override
  public void put(ReferenceRow row) {
    write(
        GenericRow.of(
            row.k(),
            row.l(),
            row.i(),
            row.d1(),
            row.d2(),
            Timestamp.fromLocalDateTime(row.ts()),
            row.b(),
            BinaryString.fromString(row.s1()),
            BinaryString.fromString(row.s2()),
            BinaryString.fromString(row.s3())));
  }

  @Override
  public void delete(long key) {
    GenericRow deleted = new GenericRow(RowKind.DELETE, ReferenceSchema.SCHEMA.columns().size());
    deleted.setField(0, key);
    write(deleted);
  }

  private void write(GenericRow row) {
    Unchecked.run(() -> write.write(row));
    if (++uncommitted == COMMIT_ROWS) {
      commit(false);
    }
  }

  private void commit(boolean afterCompaction) {
    Unchecked.run(
        () -> {
          commitId++;
          commit.commit(commitId, write.prepareCommit(afterCompaction, commitId));
        });
    uncommitted = 0;
  }

  @Override
  public void acknowledge() {}

  @Override
  public void settle() {
    commit(true);
  }

  @Override
  public void compact() {
    Unchecked.run(() -> write.compact(BinaryRow.EMPTY_ROW, BUCKET, true));
    commit(true);
  }

  @Override
  public StoreReader<ReferenceRow> reader() {
    return new PaimonReader(table, temporaryFiles);
  }

  @Override
  public long liveBytes() {
    return table.newReadBuilder().newScan().plan().splits().stream()
        .flatMap(split -> ((DataSplit) split).dataFiles().stream())
        .mapToLong(file -> file.fileSize())
        .sum();
  }

  @Override
  public void close() {
    Unchecked.run(
        () -> {
          write.close();
          commit.close();
          temporaryFiles.close();
          catalog.close();
        });
  }
}
