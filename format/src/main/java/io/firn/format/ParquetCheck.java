package io.firn.format;

import io.firn.error.CorruptionException;
import io.firn.error.FirnException;
import io.firn.error.StorageException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;

/**
 * Reads a data file as any other Parquet reader does: by its footer, page headers, page checksums
 * and Parquet's own indexes, without Firn's. What Firn's readers skip is what others depend on.
 */
public final class ParquetCheck {

  private static final int BLOCK_BYTES = 1 << 20;

  private ParquetCheck() {}

  /**
   * Reads all pages of all columns.
   *
   * @throws CorruptionException if the file is not what it says
   * @throws StorageException if it cannot be read
   */
  public static void check(Storage storage, String path, long length) {
    CodecFactory codecs = new CodecFactory(new PlainParquetConfiguration(), 1 << 20);
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .usePageChecksumVerification(true)
            .withCodecFactory(codecs)
            .build();
    checkContent(storage, path);
    try (SourceFile file = SourceFile.open(storage, path, length, new ReadMetrics());
        ParquetFileReader reader = ParquetFileReader.open(new ParquetInput(file), options)) {
      for (BlockMetaData group : reader.getFooter().getBlocks()) {
        try (PageReadStore pages = reader.readNextRowGroup()) {
          for (ColumnDescriptor column :
              reader.getFooter().getFileMetaData().getSchema().getColumns()) {
            column(path, reader, group, column, pages.getPageReader(column));
          }
        }
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read " + path, e);
    } catch (FirnException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new CorruptionException(path, -1, "other Parquet readers cannot read it: " + e, e);
    } finally {
      codecs.release();
    }
  }

  /**
   * Compares the checksums that Firn keeps of what stands before its index, pages and their
   * headers, and of what stands behind it, page indexes and footer; other files have none.
   */
  private static void checkContent(Storage storage, String path) {
    try (InputFileHandle file = storage.open(path)) {
      IndexLocator locator = IndexLocator.find(file);
      DataFileIndex index = DataFileIndex.read(file);
      if (locator == null || index == null) {
        return;
      }
      if (checksum(file, 0, locator.offset()) != index.contentChecksum()) {
        throw new CorruptionException(
            path, 0, "the checksum of the " + locator.offset() + " bytes before the index differs");
      }
      long behind = locator.offset() + locator.length();
      Integer tail = index.tailChecksum();
      if (tail != null && checksum(file, behind, file.length()) != tail) {
        throw new CorruptionException(
            path,
            behind,
            "the checksum of the " + (file.length() - behind) + " bytes behind the index differs");
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read " + path, e);
    }
  }

  private static int checksum(InputFileHandle file, long from, long to) throws IOException {
    CRC32C checksum = new CRC32C();
    byte[] block = new byte[BLOCK_BYTES];
    for (long at = from; at < to; at += block.length) {
      int length = (int) Math.min(block.length, to - at);
      file.readFully(at, block, 0, length);
      checksum.update(block, 0, length);
    }
    return (int) checksum.getValue();
  }

  private static void column(
      String path,
      ParquetFileReader reader,
      BlockMetaData group,
      ColumnDescriptor column,
      PageReader pages)
      throws IOException {
    pages.readDictionaryPage();
    long values = 0;
    int count = 0;
    for (DataPage page = pages.readPage(); page != null; page = pages.readPage()) {
      values += page.getValueCount();
      count++;
    }
    ColumnChunkMetaData chunk = chunk(group, column);
    if (values != chunk.getValueCount()) {
      throw new CorruptionException(
          path,
          chunk.getStartingPos(),
          "column "
              + chunk.getPath()
              + " has "
              + values
              + " values, the footer says "
              + chunk.getValueCount());
    }
    OffsetIndex offsets = reader.readOffsetIndex(chunk);
    if (offsets != null && offsets.getPageCount() != count) {
      throw new CorruptionException(
          path,
          chunk.getOffsetIndexReference().getOffset(),
          "column "
              + chunk.getPath()
              + " has "
              + count
              + " pages, its offset index "
              + offsets.getPageCount());
    }
    reader.readColumnIndex(chunk);
  }

  private static ColumnChunkMetaData chunk(BlockMetaData group, ColumnDescriptor column) {
    return group.getColumns().stream()
        .filter(chunk -> Arrays.equals(chunk.getPath().toArray(), column.getPath()))
        .findFirst()
        .orElseThrow();
  }
}
