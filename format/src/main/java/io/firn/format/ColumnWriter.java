package io.firn.format;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;

/** Encodes one or several columns of a file into pages, which it holds until a row group ends. */
interface ColumnWriter {

  /** Encodes rows {@code from} to {@code from + count} of a batch of the file's schema. */
  void append(ColumnBatch rows, int from, int count) throws IOException;

  /** Ends the current page, if it has rows. */
  void endPage() throws IOException;

  /** Ends the current page and everything else that belongs to the row group's chunks. */
  void endChunk() throws IOException;

  /** The chunks of the leaf columns, in file order among each other. */
  List<ChunkPages> chunks();

  /** The bytes held for the current row group, roughly. */
  long bufferedBytes();

  /** What Iceberg's metadata says of the columns where the Parquet footer does not. */
  Stream<FieldMetrics<?>> metrics();
}
