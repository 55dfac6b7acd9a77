package io.firn.format;

import io.firn.format.ColumnPages.Chunk;
import java.io.IOException;
import java.util.Arrays;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.jspecify.annotations.Nullable;

/**
 * One primitive column below a nested one. Serves exactly the rows asked for, as a single page for
 * the library to assemble values from, and reads only the pages that hold them: the levels and
 * values of other rows in those pages are cut away. Safe for use by several threads.
 */
final class NestedLeaf {

  private static final int LEVEL_ENCODER_BYTES = 1024;

  private final SourceFile file;
  private final ColumnDescriptor descriptor;
  private final ColumnPages pages;
  private final PageCache.Slots dictionaries;
  private final PageCodec codecs;
  private final NestedField rawField;

  NestedLeaf(
      SourceFile file,
      ColumnDescriptor descriptor,
      ColumnPages pages,
      PageCache cache,
      PageCodec codecs) {
    this.file = file;
    this.descriptor = descriptor;
    this.pages = pages;
    this.dictionaries = cache.slots(pages.chunks());
    this.codecs = codecs;
    this.rawField = FlatColumn.rawField(descriptor);
  }

  ColumnPages pages() {
    return pages;
  }

  ColumnDescriptor descriptor() {
    return descriptor;
  }

  void clear() {
    dictionaries.clear();
  }

  /** The rows in {@code [from, to)} as one page without compression. */
  DataPageV2 rows(long from, long to) {
    Triples triples = new Triples(Column.of(rawField));
    int first = pages.pageOf(from);
    int last = pages.pageOf(to - 1);
    for (int page = first; page <= last; page++) {
      byte[] bytes = file.read(pages.offset(page), pages.length(page));
      Column dictionary = dictionary(pages.chunkOf(page));
      int region = page;
      file.decoding(
          pages.offset(page),
          () -> {
            decodeRegion(region, bytes, dictionary, triples);
            return triples;
          });
      file.metrics().pagesDecoded.increment();
    }
    return file.decoding(
        pages.offset(first),
        () -> triples.slice(descriptor, (int) (from - pages.firstRow(first)), (int) (to - from)));
  }

  private void decodeRegion(int page, byte[] bytes, @Nullable Column dictionary, Triples triples) {
    int at = 0;
    int firstTriple = triples.count;
    while (at < bytes.length) {
      PageBody body =
          PageBody.open(
              bytes,
              at,
              bytes.length,
              pages.header(page),
              pages.chunk(pages.chunkOf(page)).codec(),
              codecs,
              descriptor.getMaxRepetitionLevel() > 0,
              descriptor.getMaxDefinitionLevel() > 0);
      if (body.header().kind() == PageHeader.Kind.DICTIONARY) {
        throw new MalformedPageException("not a data page");
      }
      triples.append(descriptor, body, dictionary);
      at += body.storedBytes();
    }
    int rows = triples.rows(firstTriple);
    if (rows != pages.rows(page)) {
      throw new MalformedPageException(rows + " rows where " + pages.rows(page) + " belong");
    }
  }

  private @Nullable Column dictionary(int chunk) {
    Chunk where = pages.chunk(chunk);
    if (where.dictionaryBytes() == 0) {
      return null;
    }
    Column kept = (Column) dictionaries.find(chunk);
    if (kept != null) {
      return kept;
    }
    Column entries = FlatColumn.readDictionary(file, descriptor, where, codecs, rawField);
    dictionaries.keep(chunk, entries, entries.bytes());
    return entries;
  }

  /**
   * The records of a page.
   *
   * @param begun how many begin in it
   * @param continues whether it begins in the middle of a record
   */
  record Records(int begun, boolean continues) {

    static Records in(ColumnDescriptor descriptor, PageBody body) {
      int[] repetitions = new int[body.header().values()];
      HybridDecoder.decode(
          body.data(),
          body.repetitionFrom(),
          body.repetitionTo(),
          BytesUtils.getWidthFromMaxInt(descriptor.getMaxRepetitionLevel()),
          repetitions,
          repetitions.length);
      int begun = 0;
      for (int repetition : repetitions) {
        begun += repetition == 0 ? 1 : 0;
      }
      return new Records(begun, repetitions.length > 0 && repetitions[0] != 0);
    }
  }

  /** Levels, and the values of those that have one. */
  private static final class Triples {
    private int[] repetitions = {};
    private int[] definitions = {};
    private final Column values;
    private int count;

    Triples(Column values) {
      this.values = values;
    }

    void append(ColumnDescriptor descriptor, PageBody body, @Nullable Column dictionary) {
      int added = body.header().values();
      repetitions = Arrays.copyOf(repetitions, count + added);
      definitions = Arrays.copyOf(definitions, count + added);
      int[] levels = new int[added];
      if (descriptor.getMaxRepetitionLevel() > 0) {
        HybridDecoder.decode(
            body.data(),
            body.repetitionFrom(),
            body.repetitionTo(),
            BytesUtils.getWidthFromMaxInt(descriptor.getMaxRepetitionLevel()),
            levels,
            added);
        System.arraycopy(levels, 0, repetitions, count, added);
      }
      int most = descriptor.getMaxDefinitionLevel();
      if (most > 0) {
        HybridDecoder.decode(
            body.data(),
            body.definitionFrom(),
            body.definitionTo(),
            BytesUtils.getWidthFromMaxInt(most),
            levels,
            added);
        System.arraycopy(levels, 0, definitions, count, added);
      }
      int present = present(most, count, count + added);
      count += added;
      ValueDecoder.decode(
          descriptor,
          body.encoding(),
          body.header().bitWidth(),
          body.data(),
          body.valuesFrom(),
          body.valuesTo(),
          dictionary,
          values,
          0,
          present);
    }

    int rows(int from) {
      if (from < count && repetitions[from] != 0) {
        throw new MalformedPageException("the page begins in the middle of a row");
      }
      int rows = 0;
      for (int i = from; i < count; i++) {
        rows += repetitions[i] == 0 ? 1 : 0;
      }
      return rows;
    }

    private int present(int most, int from, int to) {
      int present = 0;
      for (int i = from; i < to; i++) {
        if (definitions[i] > most) {
          throw new MalformedPageException("impossible definition level " + definitions[i]);
        }
        present += definitions[i] == most ? 1 : 0;
      }
      return present;
    }

    DataPageV2 slice(ColumnDescriptor descriptor, int skip, int rows) {
      int from = afterRows(0, skip);
      int to = afterRows(from, rows);
      int most = descriptor.getMaxDefinitionLevel();
      int firstValue = present(most, 0, from);
      int valueCount = present(most, from, to);
      return DataPageV2.uncompressed(
          rows,
          to - from - valueCount,
          to - from,
          levels(repetitions, from, to, descriptor.getMaxRepetitionLevel()),
          levels(definitions, from, to, most),
          Encoding.PLAIN,
          BytesInput.from(
              PlainBytes.encode(descriptor.getPrimitiveType(), values, firstValue, valueCount)),
          Statistics.getBuilderForReading(descriptor.getPrimitiveType()).build());
    }

    private int afterRows(int from, int rows) {
      int at = from;
      for (int left = rows; left > 0; left--) {
        at++;
        while (at < count && repetitions[at] != 0) {
          at++;
        }
      }
      return at;
    }

    private static BytesInput levels(int[] levels, int from, int to, int most) {
      if (most == 0) {
        return BytesInput.empty();
      }
      try (RunLengthBitPackingHybridEncoder encoder =
          new RunLengthBitPackingHybridEncoder(
              BytesUtils.getWidthFromMaxInt(most),
              LEVEL_ENCODER_BYTES,
              Math.max(LEVEL_ENCODER_BYTES, to - from),
              new HeapByteBufferAllocator())) {
        for (int i = from; i < to; i++) {
          encoder.writeInt(levels[i]);
        }
        return BytesInput.from(encoder.toBytes().toInputStream().readAllBytes());
      } catch (IOException e) {
        throw new IllegalStateException("encoding to memory failed", e);
      }
    }
  }
}
