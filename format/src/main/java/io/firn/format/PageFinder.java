package io.firn.format;

import io.firn.format.ColumnPages.Chunk;
import io.firn.format.NestedLeaf.Records;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.OffsetIndex;
import org.apache.parquet.format.PageLocation;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.hadoop.metadata.IndexReference;

/**
 * Finds the pages of one column of a file without Firn's index, row group by row group. Used by one
 * thread. Throws {@link MalformedPageException} when the file contradicts itself.
 */
final class PageFinder {

  private static final int WINDOW_BYTES = 1 << 20;
  private static final int HEADER_BYTES = 8 << 10;
  private static final int MAX_HEADER_BYTES = 16 << 20;
  private static final int MAX_INDEX_BYTES = 256 << 20;

  private final SourceFile file;
  private final ColumnDescriptor descriptor;
  private final PageCodec codecs;
  private final boolean repeated;

  private int[] chunkOf = new int[16];
  private long[] offsets = new long[16];
  private int[] lengths = new int[16];
  private long[] firstRows = new long[17];
  private int count;

  PageFinder(SourceFile file, ColumnDescriptor descriptor, PageCodec codecs) {
    this.file = file;
    this.descriptor = descriptor;
    this.codecs = codecs;
    this.repeated = descriptor.getMaxRepetitionLevel() > 0;
  }

  /** Finds the pages of the column in one row group. */
  Chunk find(ColumnChunkMetaData chunk, int rowGroup, long firstRow, long endRow) {
    long start = chunk.getStartingPos();
    long end = start + chunk.getTotalSize();
    if (start < 0 || end < start || end > file.length()) {
      throw new MalformedPageException("a column chunk from " + start + " to " + end);
    }
    IndexReference reference = chunk.getOffsetIndexReference();
    long firstPage =
        reference == null
            ? walk(chunk, rowGroup, start, end, firstRow, endRow)
            : lookUp(reference, rowGroup, end, firstRow, endRow);
    if (firstPage < start || firstPage - start > PageHeader.MAX_PAGE_BYTES) {
      throw new MalformedPageException("the first page of a column chunk is outside of it");
    }
    return new Chunk(chunk.getCodec(), start, (int) (firstPage - start), null);
  }

  /** What was found. */
  ColumnPages found(Chunk[] chunks, long rowCount) {
    firstRows[count] = rowCount;
    return new FoundPages(
        chunks,
        Arrays.copyOf(chunkOf, count),
        Arrays.copyOf(offsets, count),
        Arrays.copyOf(lengths, count),
        Arrays.copyOf(firstRows, count + 1));
  }

  private long lookUp(
      IndexReference reference, int rowGroup, long end, long firstRow, long endRow) {
    List<PageLocation> locations;
    try {
      if (reference.getLength() < 0 || reference.getLength() > MAX_INDEX_BYTES) {
        throw new MalformedPageException("an offset index of " + reference.getLength() + " bytes");
      }
      OffsetIndex index =
          Util.readOffsetIndex(
              new ByteArrayInputStream(file.read(reference.getOffset(), reference.getLength())));
      locations = index.getPage_locations();
    } catch (IOException e) {
      throw new MalformedPageException("the offset index cannot be decoded: " + e.getMessage());
    }
    if (locations.isEmpty()) {
      throw new MalformedPageException("the offset index is empty");
    }
    for (int i = 0; i < locations.size(); i++) {
      PageLocation location = locations.get(i);
      long row = firstRow + location.getFirst_row_index();
      long next =
          i + 1 < locations.size() ? firstRow + locations.get(i + 1).getFirst_row_index() : endRow;
      if (location.getCompressed_page_size() <= 0
          || location.getOffset() > end - location.getCompressed_page_size()
          || row > next
          || (i == 0 && row != firstRow)) {
        throw new MalformedPageException("the offset index is impossible at page " + i);
      }
      if (row < next) {
        add(rowGroup, location.getOffset(), location.getCompressed_page_size(), row);
      }
    }
    return locations.get(0).getOffset();
  }

  private long walk(
      ColumnChunkMetaData chunk, int rowGroup, long start, long end, long firstRow, long endRow) {
    Window window = new Window(end);
    long firstPage = -1;
    long position = start;
    long row = firstRow;
    long values = 0;
    while (values < chunk.getValueCount()) {
      PageHeader header = window.header(position);
      long next = position + header.headerBytes() + header.compressedBytes();
      if (next > end) {
        throw new MalformedPageException("a page reaches beyond its column chunk");
      }
      switch (header.kind()) {
        case DATA_V1, DATA_V2 -> {
          firstPage = firstPage < 0 ? position : firstPage;
          values += header.values();
          row += page(window, header, chunk, rowGroup, position, next, row);
        }
        case DICTIONARY -> {
          if (position != start) {
            throw new MalformedPageException("a dictionary after data pages");
          }
        }
        case OTHER, VALUES -> {}
      }
      position = next;
    }
    if (row != endRow || values != chunk.getValueCount()) {
      throw new MalformedPageException(
          (row - firstRow) + " rows in a row group of " + (endRow - firstRow));
    }
    return firstPage;
  }

  /** Adds a page, or joins it to the one before if its first row begins there; returns its rows. */
  private int page(
      Window window,
      PageHeader header,
      ColumnChunkMetaData chunk,
      int rowGroup,
      long position,
      long next,
      long row) {
    int length = (int) (next - position);
    int rows = header.values();
    boolean continues = false;
    if (repeated) {
      if (header.kind() == PageHeader.Kind.DATA_V2) {
        rows = header.rows();
      } else {
        byte[] bytes = window.bytes(position, length);
        PageBody body =
            PageBody.open(
                bytes,
                0,
                length,
                null,
                chunk.getCodec(),
                codecs,
                true,
                descriptor.getMaxDefinitionLevel() > 0);
        Records records = Records.in(descriptor, body);
        rows = records.begun();
        continues = records.continues();
      }
    }
    boolean joins = count > 0 && chunkOf[count - 1] == rowGroup && (continues || rows == 0);
    if (joins) {
      long joined = next - offsets[count - 1];
      if (joined > PageHeader.MAX_PAGE_BYTES) {
        throw new MalformedPageException("a row spans " + joined + " bytes of pages");
      }
      lengths[count - 1] = (int) joined;
    } else if (continues) {
      throw new MalformedPageException("a row group begins in the middle of a row");
    } else if (rows > 0) {
      add(rowGroup, position, length, row);
    }
    return rows;
  }

  private void add(int rowGroup, long offset, int length, long firstRow) {
    if (count == offsets.length) {
      chunkOf = Arrays.copyOf(chunkOf, 2 * count);
      offsets = Arrays.copyOf(offsets, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
      firstRows = Arrays.copyOf(firstRows, 2 * count + 1);
    }
    chunkOf[count] = rowGroup;
    offsets[count] = offset;
    lengths[count] = length;
    firstRows[count] = firstRow;
    count++;
  }

  /** Bytes of the column chunk around the page header that is looked at. */
  private final class Window {
    private final long end;
    private byte[] bytes = {};
    private long start;

    Window(long end) {
      this.end = end;
    }

    PageHeader header(long position) {
      int wanted = HEADER_BYTES;
      while (true) {
        long available = Math.min(wanted, end - position);
        if (available <= 0) {
          throw new MalformedPageException("pages end before their values do");
        }
        if (position < start || position + available > start + bytes.length) {
          start = position;
          bytes =
              file.read(position, (int) Math.min(Math.max(WINDOW_BYTES, wanted), end - position));
        }
        try {
          return PageHeaderParser.parse(bytes, (int) (position - start), bytes.length);
        } catch (MalformedPageException cutOff) {
          // Statistics of long values make long headers.
          if (available == end - position || wanted >= MAX_HEADER_BYTES) {
            throw cutOff;
          }
          wanted *= 16;
        }
      }
    }

    byte[] bytes(long position, int length) {
      if (position >= start && position + length <= start + bytes.length) {
        int from = (int) (position - start);
        return Arrays.copyOfRange(bytes, from, from + length);
      }
      return file.read(position, length);
    }
  }
}
