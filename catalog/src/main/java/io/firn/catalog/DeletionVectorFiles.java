package io.firn.catalog;

import io.firn.error.CorruptionException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.zip.CRC32;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinWriter;
import org.apache.iceberg.puffin.StandardBlobTypes;
import org.jspecify.annotations.Nullable;

/**
 * Deletion vectors in Puffin files, as blobs of type {@code deletion-vector-v1}: four bytes length
 * (big-endian), four bytes magic, the Roaring bitmap, four bytes CRC-32 (big-endian) of magic and
 * bitmap.
 */
final class DeletionVectorFiles {
  /** The bytes D1 D3 39 64. */
  private static final int MAGIC = 0x6439D3D1;

  private static final int FRAME_BYTES = 3 * Integer.BYTES;
  private static final long BLOB_BYTES_MAX = 1L << 30;

  private DeletionVectorFiles() {}

  /**
   * Writes all vectors into one file.
   *
   * @param path gives the file's path when the CRC-32C of its content is known
   * @param vectors per data file's path; not empty, and none of them is
   * @return the entry for Iceberg's metadata per data file's path
   * @throws IOException if the file could not be written and made durable
   */
  static Map<String, DeleteFile> write(
      FileIO io, IntFunction<String> path, PartitionSpec spec, Map<String, DeletionVector> vectors)
      throws IOException {
    Map<String, BlobMetadata> blobs = new LinkedHashMap<>();
    InMemoryOutputFile content = new InMemoryOutputFile();
    PuffinWriter writer = Puffin.write(content).createdBy("Firn").build();
    try (writer) {
      for (Map.Entry<String, DeletionVector> vector : vectors.entrySet()) {
        blobs.put(vector.getKey(), writer.write(blob(vector.getKey(), vector.getValue())));
      }
    }
    byte[] bytes = content.toByteArray();
    OutputFile output = io.newOutputFile(path.apply(FileChecksums.of(bytes)));
    try (PositionOutputStream stream = output.create()) {
      stream.write(bytes);
    }
    Map<String, DeleteFile> files = new LinkedHashMap<>();
    blobs.forEach(
        (dataFile, blob) ->
            files.put(
                dataFile,
                FileMetadata.deleteFileBuilder(spec)
                    .ofPositionDeletes()
                    .withFormat(FileFormat.PUFFIN)
                    .withPath(output.location())
                    .withFileSizeInBytes(bytes.length)
                    .withReferencedDataFile(dataFile)
                    .withContentOffset(blob.offset())
                    .withContentSizeInBytes(blob.length())
                    .withRecordCount(vectorOf(vectors, dataFile).cardinality())
                    .build()));
    return files;
  }

  private static DeletionVector vectorOf(Map<String, DeletionVector> vectors, String path) {
    DeletionVector vector = vectors.get(path);
    if (vector == null) {
      throw new IllegalStateException("No vector for " + path);
    }
    return vector;
  }

  private static Blob blob(String path, DeletionVector vector) {
    int bitmapBytes = Integer.BYTES + vector.serializedBytes();
    ByteBuffer bytes = ByteBuffer.allocate(bitmapBytes + 2 * Integer.BYTES);
    bytes.putInt(bitmapBytes);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(MAGIC);
    vector.writeTo(bytes);
    bytes.order(ByteOrder.BIG_ENDIAN);
    bytes.putInt(crc(bytes.array(), Integer.BYTES, bitmapBytes));
    bytes.flip();
    return new Blob(
        StandardBlobTypes.DV_V1,
        List.of(MetadataColumns.ROW_POSITION.fieldId()),
        -1,
        -1,
        bytes,
        null,
        Map.of("referenced-data-file", path, "cardinality", Long.toString(vector.cardinality())));
  }

  /**
   * Reads one vector.
   *
   * @throws CorruptionException if the bytes are not what was written
   * @throws IOException if they could not be read
   */
  static DeletionVector read(FileIO io, DeleteFile file) throws IOException {
    long offset = require(file, "content offset", file.contentOffset());
    long size = require(file, "content size", file.contentSizeInBytes());
    if (size < FRAME_BYTES || size > BLOB_BYTES_MAX) {
      throw corrupt(file, "a deletion vector of " + size + " bytes", null);
    }
    byte[] bytes = new byte[(int) size];
    try (SeekableInputStream stream =
        io.newInputFile(file.location(), file.fileSizeInBytes()).newStream()) {
      stream.seek(offset);
      if (stream.readNBytes(bytes, 0, bytes.length) < bytes.length) {
        throw corrupt(file, "the file ends within the deletion vector", null);
      }
    } catch (EOFException e) {
      throw corrupt(file, "the file ends before the deletion vector", e);
    }
    return parse(file, bytes);
  }

  /**
   * Reads one vector from the content of its file.
   *
   * @throws CorruptionException if the bytes are not what was written
   */
  static DeletionVector read(byte[] content, DeleteFile file) throws IOException {
    long offset = require(file, "content offset", file.contentOffset());
    long size = require(file, "content size", file.contentSizeInBytes());
    if (offset < 0 || size < FRAME_BYTES || size > content.length - offset) {
      throw corrupt(file, "a deletion vector of " + size + " bytes", null);
    }
    return parse(file, Arrays.copyOfRange(content, (int) offset, (int) (offset + size)));
  }

  private static DeletionVector parse(DeleteFile file, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int bitmapBytes = buffer.getInt();
    if (bitmapBytes != bytes.length - 2 * Integer.BYTES) {
      throw corrupt(file, "a blob of " + bytes.length + " bytes says " + bitmapBytes, null);
    }
    int expected = buffer.getInt(bytes.length - Integer.BYTES);
    if (crc(bytes, Integer.BYTES, bitmapBytes) != expected) {
      throw corrupt(file, "the checksum of the deletion vector does not match", null);
    }
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    if (buffer.getInt() != MAGIC) {
      throw corrupt(file, "not a deletion vector", null);
    }
    DeletionVector vector;
    try {
      vector = DeletionVector.readFrom(buffer);
    } catch (IOException | BufferUnderflowException | IndexOutOfBoundsException e) {
      throw corrupt(file, "the bitmap cannot be read", e);
    }
    if (vector.cardinality() != file.recordCount()) {
      throw corrupt(
          file,
          vector.cardinality() + " deleted rows where the metadata says " + file.recordCount(),
          null);
    }
    return vector;
  }

  private static long require(DeleteFile file, String what, Long value) {
    if (value == null) {
      throw corrupt(file, "the metadata gives no " + what, null);
    }
    return value;
  }

  private static CorruptionException corrupt(
      DeleteFile file, String what, @Nullable Throwable cause) {
    Long offset = file.contentOffset();
    return new CorruptionException(file.location(), offset == null ? -1 : offset, what, cause);
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
