package io.firn.format;

import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a file from Firn's index alone: the Parquet footer, which has no checksum, is not
 * read.
 */
final class IndexLayout implements FileLayout {

  private final SourceFile file;
  private final PageCodec codecs;
  private final DataFileIndex index;
  private volatile @Nullable MessageType parquet;

  IndexLayout(SourceFile file, PageCodec codecs, DataFileIndex index) {
    this.file = file;
    this.codecs = codecs;
    this.index = index;
  }

  @Override
  public long rowCount() {
    return index.rowCount();
  }

  @Override
  public DataFileIndex index() {
    return index;
  }

  @Override
  public @Nullable FileColumn open(NestedField wanted, PageCache cache) {
    if (PhysicalKind.of(wanted.type()) == PhysicalKind.OBJECT) {
      return NestedColumn.open(file, wanted, parquet(), this::pages, cache, codecs);
    }
    ColumnLayout layout = index.column(wanted.fieldId());
    if (layout == null) {
      return null;
    }
    PrimitiveType stored =
        new PrimitiveType(
            layout.maxDefinitionLevel() == 0 ? Repetition.REQUIRED : Repetition.OPTIONAL,
            layout.physicalType(),
            layout.typeLength(),
            wanted.name());
    ColumnDescriptor descriptor =
        new ColumnDescriptor(
            new String[] {wanted.name()},
            stored,
            layout.maxRepetitionLevel(),
            layout.maxDefinitionLevel());
    return FlatColumn.open(
        file,
        wanted,
        storedType(stored, wanted.type()),
        descriptor,
        new IndexedPages(layout, index.rowGroupCount()),
        cache,
        codecs);
  }

  /** The type with which Firn wrote values that are wanted in another type now. */
  private static Type storedType(PrimitiveType stored, Type wanted) {
    int scale = wanted instanceof Types.DecimalType decimal ? decimal.scale() : 0;
    boolean decimal = wanted.typeId() == TypeID.DECIMAL;
    return switch (stored.getPrimitiveTypeName()) {
      case INT32 ->
          switch (wanted.typeId()) {
            case LONG -> Types.IntegerType.get();
            case TIMESTAMP, TIMESTAMP_NANO -> Types.DateType.get();
            case DECIMAL -> Types.DecimalType.of(9, Math.min(9, scale));
            default -> wanted;
          };
      case INT64 -> decimal ? Types.DecimalType.of(18, Math.min(18, scale)) : wanted;
      case FLOAT -> Types.FloatType.get();
      default -> wanted;
    };
  }

  private ColumnPages pages(int leaf) {
    return new IndexedPages(index.columns().get(leaf), index.rowGroupCount());
  }

  /** The shape of the file, from the schema with which it was written. */
  private MessageType parquet() {
    MessageType known = parquet;
    if (known == null) {
      known = ParquetSchemaUtil.convert(index.schema(), "table");
      parquet = known;
    }
    return known;
  }

  @Override
  public @Nullable PageBounds bounds(int fieldId) {
    return null;
  }

  @Override
  public long bytes() {
    return index.bytes();
  }
}
