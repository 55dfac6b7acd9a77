package io.firn.engine;

import io.firn.format.ArrowBatches;
import io.firn.format.ColumnBatch;
import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A scan as Arrow batches. The batches' memory is the allocator's and is reused from batch to
 * batch. Not thread safe.
 */
final class ScanArrowReader extends ArrowReader {

  private final ScanRequest request;
  private final BatchStream stream;
  private final ArrowBatches batches;
  private long left;
  private long bytesRead;

  /**
   * @param stream becomes the reader's
   */
  ScanArrowReader(BufferAllocator allocator, ScanRequest request, BatchStream stream) {
    super(allocator);
    this.request = request;
    this.stream = stream;
    this.batches = ArrowBatches.of(stream.schema(), request.output());
    this.left = request.limit();
  }

  @Override
  public boolean loadNextBatch() throws IOException {
    prepareLoadNextBatch();
    if (left <= 0 || !stream.next()) {
      return false;
    }
    int rows = (int) Math.min(left, stream.selected());
    left -= rows;
    ColumnBatch batch = stream.batch();
    VectorSchemaRoot root = getVectorSchemaRoot();
    batches.fill(batch, stream.selection(), rows, root);
    bytesRead += batch.bytes();
    return true;
  }

  @Override
  public long bytesRead() {
    return bytesRead;
  }

  @Override
  protected void closeReadSource() {
    stream.close();
  }

  @Override
  protected Schema readSchema() {
    return ArrowBatches.schema(request.output());
  }
}
