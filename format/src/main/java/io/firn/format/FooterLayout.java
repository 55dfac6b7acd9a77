package io.firn.format;

import io.firn.error.CorruptionException;
import io.firn.error.FirnException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.format.ColumnPages.Chunk;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a file without Firn's index, from its Parquet footer. The pages of a column are
 * looked up when it is first read: in the offset index, or by walking the page headers if there is
 * none.
 */
final class FooterLayout implements FileLayout {

  private final SourceFile file;
  private final PageCodec codecs;
  private final List<BlockMetaData> rowGroups;
  private final long[] groupFirstRows;
  private final MessageType parquet;
  private final Schema schema;
  private final AtomicReferenceArray<@Nullable ColumnPages> pages;
  private final AtomicReferenceArray<@Nullable PageBounds> bounds;

  private FooterLayout(SourceFile file, PageCodec codecs, ParquetMetadata footer) {
    this.file = file;
    this.codecs = codecs;
    this.rowGroups = footer.getBlocks().stream().filter(group -> group.getRowCount() > 0).toList();
    this.groupFirstRows = new long[rowGroups.size() + 1];
    for (int i = 0; i < rowGroups.size(); i++) {
      groupFirstRows[i + 1] = groupFirstRows[i] + rowGroups.get(i).getRowCount();
    }
    MessageType stored = footer.getFileMetaData().getSchema();
    // Iceberg reads a file without field ids by position, and so must we.
    this.parquet =
        ParquetSchemaUtil.hasIds(stored) ? stored : ParquetSchemaUtil.addFallbackIds(stored);
    this.schema = ParquetSchemaUtil.convertAndPrune(parquet);
    int leaves = parquet.getColumns().size();
    this.pages = new AtomicReferenceArray<>(leaves);
    this.bounds = new AtomicReferenceArray<>(leaves);
  }

  /** Reads the footer of a file. */
  static FooterLayout read(SourceFile file, PageCodec codecs) {
    ParquetInput input = new ParquetInput(file);
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (SeekableInputStream stream = input.newStream()) {
      ParquetMetadata footer = ParquetFileReader.readFooter(input, options, stream);
      for (BlockMetaData group : footer.getBlocks()) {
        for (ColumnChunkMetaData chunk : group.getColumns()) {
          if (chunk.isEncrypted()) {
            throw new UnsupportedFeatureException(file.path() + " is encrypted");
          }
        }
      }
      return new FooterLayout(file, codecs, footer);
    } catch (FirnException e) {
      throw e;
    } catch (IOException e) {
      // Failures of the storage have become errors of ours below; this one is about the content.
      throw new CorruptionException(
          file.path(), -1, "the footer cannot be decoded: " + e.getMessage(), e);
    } catch (UnsupportedOperationException e) {
      throw new UnsupportedFeatureException(
          file.path() + " has columns that cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new CorruptionException(file.path(), -1, "the footer cannot be decoded: " + e, e);
    }
  }

  @Override
  public long rowCount() {
    return groupFirstRows[rowGroups.size()];
  }

  @Override
  public @Nullable DataFileIndex index() {
    return null;
  }

  @Override
  public @Nullable FileColumn open(NestedField wanted, PageCache cache) {
    if (PhysicalKind.of(wanted.type()) == PhysicalKind.OBJECT) {
      return NestedColumn.open(file, wanted, parquet, this::pages, cache, codecs);
    }
    NestedField stored = field(wanted.fieldId());
    int leaf = leaf(wanted.fieldId());
    if (stored == null || leaf < 0) {
      return null;
    }
    return FlatColumn.open(
        file, wanted, stored.type(), parquet.getColumns().get(leaf), pages(leaf), cache, codecs);
  }

  private @Nullable NestedField field(int fieldId) {
    return schema.asStruct().field(fieldId);
  }

  /** The leaf that a flat top-level column is, or -1. */
  private int leaf(int fieldId) {
    Type type = NestedColumn.topLevel(parquet, fieldId);
    if (type == null || !type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED)) {
      return -1;
    }
    String[] path = {type.getName()};
    for (int leaf = 0; leaf < parquet.getColumns().size(); leaf++) {
      if (Arrays.equals(parquet.getColumns().get(leaf).getPath(), path)) {
        return leaf;
      }
    }
    return -1;
  }

  private ColumnPages pages(int leaf) {
    ColumnPages known = pages.get(leaf);
    if (known != null) {
      return known;
    }
    ColumnDescriptor descriptor = parquet.getColumns().get(leaf);
    ColumnPages found = file.decoding(-1, () -> findPages(descriptor));
    pages.set(leaf, found);
    return found;
  }

  @Override
  public @Nullable PageBounds bounds(int fieldId) {
    NestedField stored = field(fieldId);
    int leaf = leaf(fieldId);
    if (stored == null || leaf < 0) {
      return null;
    }
    PageBounds known = bounds.get(leaf);
    if (known == null) {
      ColumnDescriptor descriptor = parquet.getColumns().get(leaf);
      ColumnPages lie = pages(leaf);
      known =
          file.decoding(
              -1, () -> PageBounds.read(file, chunks(descriptor), lie, descriptor, stored.type()));
      bounds.set(leaf, known);
    }
    return known;
  }

  @Override
  public long bytes() {
    return 4096 + 2048L * rowGroups.size();
  }

  private ColumnPages findPages(ColumnDescriptor descriptor) {
    List<ColumnChunkMetaData> stored = chunks(descriptor);
    PageFinder finder = new PageFinder(file, descriptor, codecs);
    Chunk[] chunks = new Chunk[stored.size()];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = finder.find(stored.get(i), i, groupFirstRows[i], groupFirstRows[i + 1]);
    }
    return finder.found(chunks, rowCount());
  }

  private List<ColumnChunkMetaData> chunks(ColumnDescriptor descriptor) {
    return rowGroups.stream()
        .map(
            group ->
                group.getColumns().stream()
                    .filter(chunk -> Arrays.equals(chunk.getPath().toArray(), descriptor.getPath()))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new MalformedPageException(
                                "a row group lacks column "
                                    + String.join(".", descriptor.getPath()))))
        .toList();
  }
}
