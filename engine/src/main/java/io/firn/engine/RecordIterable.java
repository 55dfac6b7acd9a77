package io.firn.engine;

import java.util.HashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;

/**
 * The records of a scan. Every iterator reads the state of the table as it is when the iterator is
 * made.
 */
final class RecordIterable implements CloseableIterable<Record> {

  private final ScanRequest request;
  private final Function<ScanRequest, BatchStream> source;
  private final Set<RecordIterator> open = new HashSet<>();

  RecordIterable(ScanRequest request, Function<ScanRequest, BatchStream> source) {
    this.request = request;
    this.source = source;
  }

  @Override
  public CloseableIterator<Record> iterator() {
    RecordIterator iterator = new RecordIterator();
    synchronized (open) {
      open.add(iterator);
    }
    return iterator;
  }

  @Override
  public void close() {
    Set<RecordIterator> left;
    synchronized (open) {
      left = Set.copyOf(open);
    }
    left.forEach(RecordIterator::close);
  }

  private final class RecordIterator implements CloseableIterator<Record> {
    private final BatchStream stream = source.apply(request);
    private final RowProjection projection = new RowProjection(stream.schema(), request.output());
    private long left = request.limit();
    private int at;
    private int end;

    /** Up to where the rows are prepared, and where those begin. */
    private int preparedTo;

    private int preparedFrom;
    private boolean done;

    @Override
    public boolean hasNext() {
      if (at < end) {
        return true;
      }
      if (done) {
        return false;
      }
      if (left > 0 && stream.next()) {
        at = 0;
        preparedTo = 0;
        end = (int) Math.min(left, stream.selected());
        left -= end;
        return true;
      }
      close();
      return false;
    }

    @Override
    public Record next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (at == preparedTo) {
        int count = Math.min(end - at, RowProjection.STRETCH);
        projection.prepare(stream.batch(), stream.selection(), at, count);
        preparedFrom = at;
        preparedTo = at + count;
      }
      return projection.record(at++ - preparedFrom);
    }

    @Override
    public void close() {
      if (!done) {
        done = true;
        end = at;
        stream.close();
        synchronized (open) {
          open.remove(this);
        }
      }
    }
  }
}
