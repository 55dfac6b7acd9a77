package io.firn.format;

import io.firn.error.SchemaMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * A top-level column of a struct, list or map. The library assembles its values, from pages that
 * hold just the rows wanted. Its pages are those of its first leaf.
 */
final class NestedColumn extends FileColumn {

  private final Schema expected;
  private final MessageType stored;
  private final List<NestedLeaf> leaves;

  private NestedColumn(
      SourceFile file,
      NestedField field,
      MessageType schema,
      List<NestedLeaf> leaves,
      PageCache cache) {
    super(file, field, leaves.get(0).pages(), cache, 0);
    this.expected = new Schema(field);
    this.stored = ParquetSchemaUtil.pruneColumns(schema, expected);
    this.leaves = leaves;
  }

  /**
   * Opens a column.
   *
   * @param wanted the column as it is wanted, perhaps with fewer or wider fields than the file has
   * @param schema the file's schema
   * @param pagesOf says where the pages of a leaf of the schema lie
   * @return null if the file lacks the column
   * @throws SchemaMismatchException if the file has another kind of column
   */
  static @Nullable NestedColumn open(
      SourceFile file,
      NestedField wanted,
      MessageType schema,
      IntFunction<ColumnPages> pagesOf,
      PageCache cache,
      PageCodec codecs) {
    Type stored = topLevel(schema, wanted.fieldId());
    if (stored == null) {
      return null;
    }
    if (stored.isPrimitive() && !stored.isRepetition(Type.Repetition.REPEATED)) {
      throw new SchemaMismatchException(
          file.path() + ": cannot read column " + wanted.name() + " as " + wanted.type());
    }
    List<NestedLeaf> leaves = new ArrayList<>();
    for (int leaf = 0; leaf < schema.getColumns().size(); leaf++) {
      ColumnDescriptor descriptor = schema.getColumns().get(leaf);
      if (descriptor.getPath()[0].equals(stored.getName())) {
        leaves.add(new NestedLeaf(file, descriptor, pagesOf.apply(leaf), cache, codecs));
      }
    }
    return new NestedColumn(file, wanted, schema, leaves, cache);
  }

  /** The top-level field with an id, or null. */
  static @Nullable Type topLevel(MessageType schema, int fieldId) {
    for (Type type : schema.getFields()) {
      if (type.getId() != null && type.getId().intValue() == fieldId) {
        return type;
      }
    }
    return null;
  }

  @Override
  void decode(int page, int first, int count, byte[] bytes, int from, Column target) {
    // The leaves read for themselves: their pages lie in different places.
    long start = pages.firstRow(page) + first;
    Pages store = new Pages(start, start + count);
    file.decoding(
        pages.offset(page),
        () -> {
          ParquetValueReader<Record> reader = GenericParquetReaders.buildReader(expected, stored);
          reader.setPageSource(store);
          for (int row = 0; row < count; row++) {
            Record record = reader.read(null);
            target.appendValue(record.get(0));
          }
          return target;
        });
  }

  @Override
  boolean readsForItself() {
    return true;
  }

  @Override
  void close() {
    super.close();
    leaves.forEach(NestedLeaf::clear);
  }

  /** The pages of all leaves for one range of rows. */
  private final class Pages implements PageReadStore {
    private final long from;
    private final long to;

    Pages(long from, long to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public PageReader getPageReader(ColumnDescriptor descriptor) {
      List<String> path = List.of(descriptor.getPath());
      for (NestedLeaf leaf : leaves) {
        if (List.of(leaf.descriptor().getPath()).equals(path)) {
          return new SinglePage(leaf.rows(from, to));
        }
      }
      throw new MalformedPageException("no column " + path);
    }

    @Override
    public long getRowCount() {
      return to - from;
    }
  }

  private static final class SinglePage implements PageReader {
    private @Nullable DataPage page;
    private final long values;

    SinglePage(DataPage page) {
      this.page = page;
      this.values = page.getValueCount();
    }

    @Override
    public @Nullable DictionaryPage readDictionaryPage() {
      return null;
    }

    @Override
    public long getTotalValueCount() {
      return values;
    }

    @Override
    public @Nullable DataPage readPage() {
      DataPage next = page;
      page = null;
      return next;
    }
  }
}
