package io.firn.format;

import io.firn.error.SchemaMismatchException;
import io.firn.format.ColumnPages.Chunk;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** A top-level column of a primitive type: each page decodes in bulk to primitive arrays. */
final class FlatColumn extends FileColumn {

  private final ColumnDescriptor descriptor;
  private final boolean optional;
  private final NestedField rawField;
  private final Conversions conversions;
  private final PageCodec codecs;

  private FlatColumn(
      SourceFile file,
      NestedField wanted,
      Conversions conversions,
      ColumnDescriptor descriptor,
      ColumnPages pages,
      PageCache cache,
      PageCodec codecs) {
    super(file, wanted, pages, cache, pages.chunks());
    this.descriptor = descriptor;
    this.optional = descriptor.getMaxDefinitionLevel() > 0;
    this.conversions = conversions;
    this.rawField = rawField(descriptor);
    this.codecs = codecs;
  }

  /**
   * Opens a column.
   *
   * @param wanted the column as its values are wanted
   * @param storedType the Iceberg type the file has them in
   * @throws SchemaMismatchException if one cannot become the other
   */
  static FlatColumn open(
      SourceFile file,
      NestedField wanted,
      Type storedType,
      ColumnDescriptor descriptor,
      ColumnPages pages,
      PageCache cache,
      PageCodec codecs) {
    if (descriptor.getMaxRepetitionLevel() > 0
        || descriptor.getMaxDefinitionLevel() > 1
        || !lengthFits(descriptor.getPrimitiveType(), wanted.type())) {
      throw new SchemaMismatchException(
          file.path() + ": cannot read column " + wanted.name() + " as " + wanted.type());
    }
    Conversions conversions =
        Conversions.of(descriptor.getPrimitiveType(), storedType, wanted.type());
    return new FlatColumn(file, wanted, conversions, descriptor, pages, cache, codecs);
  }

  private static boolean lengthFits(PrimitiveType stored, Type wanted) {
    int length =
        switch (wanted.typeId()) {
          case FIXED -> ((Types.FixedType) wanted).length();
          case UUID -> 16;
          default -> -1;
        };
    return length < 0
        || (stored.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
            && stored.getTypeLength() == length);
  }

  /** A column of values held in memory as they are stored. */
  static NestedField rawField(ColumnDescriptor descriptor) {
    return NestedField.optional(1, String.join(".", descriptor.getPath()), rawType(descriptor));
  }

  /** A type held in memory as the column's physical type is stored. */
  private static Type rawType(ColumnDescriptor descriptor) {
    return switch (Conversion.rawKind(descriptor.getPrimitiveType().getPrimitiveTypeName())) {
      case BOOLEAN -> Types.BooleanType.get();
      case INT -> Types.IntegerType.get();
      case LONG -> Types.LongType.get();
      case FLOAT -> Types.FloatType.get();
      case DOUBLE -> Types.DoubleType.get();
      default -> Types.BinaryType.get();
    };
  }

  @Override
  void decode(int page, int first, int count, byte[] bytes, int from, Column target) {
    Column dictionary = dictionary(pages.chunkOf(page));
    file.decoding(
        pages.offset(page),
        () -> {
          decode(open(page, bytes, from), first, count, dictionary, target);
          return target;
        });
    file.metrics().pagesDecoded.increment();
  }

  private PageBody open(int page, byte[] bytes, int from) {
    PageBody body =
        PageBody.open(
            bytes,
            from,
            from + pages.length(page),
            pages.header(page),
            pages.chunk(pages.chunkOf(page)).codec(),
            codecs,
            false,
            optional);
    int rows = pages.rows(page);
    if (body.header().kind() == PageHeader.Kind.DICTIONARY || body.header().values() != rows) {
      throw new MalformedPageException("not a data page of " + rows + " rows");
    }
    return body;
  }

  private void decode(
      PageBody body, int first, int count, @Nullable Column dictionary, Column target) {
    boolean[] nulls =
        optional && body.header().kind() != PageHeader.Kind.VALUES
            ? HybridDecoder.decodeNulls(
                body.data(), body.definitionFrom(), body.definitionTo(), body.header().values())
            : null;
    if (nulls == null) {
      values(body, dictionary, target, first, count);
      return;
    }
    int start = target.size();
    int skipped = first - count(nulls, 0, first);
    values(body, dictionary, target, skipped, count - count(nulls, first, first + count));
    NullSpread.spread(target, start, nulls, first, count);
  }

  private void values(
      PageBody body, @Nullable Column dictionary, Column target, int skip, int count) {
    Encoding encoding = body.encoding();
    // The dictionary has been converted already.
    if (conversions.isEmpty() || encoding.usesDictionary()) {
      decode(body, encoding, dictionary, target, skip, count);
      return;
    }
    Column raw = Column.of(rawField);
    decode(body, encoding, null, raw, skip, count);
    conversions.convert(raw, target);
  }

  private void decode(
      PageBody body,
      Encoding encoding,
      @Nullable Column dictionary,
      Column target,
      int skip,
      int count) {
    ValueDecoder.decode(
        descriptor,
        encoding,
        body.header().bitWidth(),
        body.data(),
        body.valuesFrom(),
        body.valuesTo(),
        dictionary,
        target,
        skip,
        count);
  }

  private @Nullable Column dictionary(int chunk) {
    Chunk where = pages.chunk(chunk);
    if (where.dictionaryBytes() == 0) {
      return null;
    }
    Column kept = (Column) slots.find(pages.pages() + chunk);
    if (kept != null) {
      return kept;
    }
    Column entries = readDictionary(file, descriptor, where, codecs, rawField);
    if (!conversions.isEmpty()) {
      Column converted = Column.of(field);
      conversions.convert(entries, converted);
      entries = converted;
    }
    slots.keep(pages.pages() + chunk, entries, entries.bytes());
    return entries;
  }

  /** Reads the dictionary of a column chunk, which must have one, as it is stored. */
  static Column readDictionary(
      SourceFile file,
      ColumnDescriptor descriptor,
      Chunk where,
      PageCodec codecs,
      NestedField rawField) {
    byte[] bytes = file.read(where.dictionaryOffset(), where.dictionaryBytes());
    Column entries =
        file.decoding(
            where.dictionaryOffset(),
            () -> {
              PageBody body =
                  PageBody.open(
                      bytes,
                      0,
                      bytes.length,
                      where.dictionaryHeader(),
                      where.codec(),
                      codecs,
                      false,
                      false);
              if (body.header().kind() != PageHeader.Kind.DICTIONARY) {
                throw new MalformedPageException("a dictionary belongs here");
              }
              Column raw = Column.of(rawField);
              PlainDecoder.decode(
                  descriptor.getPrimitiveType(),
                  body.data(),
                  body.valuesFrom(),
                  body.valuesTo(),
                  raw,
                  0,
                  body.header().values());
              return raw;
            });
    file.metrics().dictionariesDecoded.increment();
    return entries;
  }

  private static int count(boolean[] nulls, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += nulls[i] ? 1 : 0;
    }
    return count;
  }
}
