package io.firn.engine;

import io.firn.catalog.TableStore;
import io.firn.engine.ScanRequest.Order;
import io.firn.error.InvalidArgumentException;
import io.firn.format.KeyCodec;
import java.time.Instant;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The {@link Scan} of a table or snapshot: a request, and the way to the batches that answer it.
 */
final class ScanBuilder implements Scan {

  private final ScanRequest request;
  private final Function<ScanRequest, BatchStream> source;
  private final TableStore store;

  /**
   * @param source opens the stream of batches for a request; each call reads one state of the table
   * @param store knows the snapshots by time and name
   */
  ScanBuilder(ScanRequest request, Function<ScanRequest, BatchStream> source, TableStore store) {
    this.request = request;
    this.source = source;
    this.store = store;
  }

  private ScanBuilder with(ScanRequest changed) {
    return new ScanBuilder(changed, source, store);
  }

  @Override
  public Scan from(Object... key) {
    return with(request.from(keys().encodePrefix(key)));
  }

  @Override
  public Scan to(Object... key) {
    return with(request.to(keys().encodePrefix(key)));
  }

  @Override
  public Scan prefix(Object... leading) {
    return within(keys().encodePrefix(leading));
  }

  @Override
  public Scan startsWith(Object... leading) {
    return within(keys().encodeStartsWith(leading));
  }

  private Scan within(byte[] prefix) {
    return with(request.from(prefix).to(KeyCodec.afterPrefix(prefix)));
  }

  private KeyCodec keys() {
    return request.schema().keys();
  }

  @Override
  public Scan reverse() {
    return with(order(Order.DESCENDING));
  }

  @Override
  public Scan unordered() {
    return with(order(Order.ANY));
  }

  @Override
  public Scan ordered() {
    return with(order(Order.ASCENDING));
  }

  private ScanRequest order(Order chosen) {
    if (request.order() != Order.DEFAULT && request.order() != chosen) {
      throw new InvalidArgumentException(
          "A scan cannot be both " + request.order() + " and " + chosen);
    }
    return request.order(chosen);
  }

  @Override
  public Scan select(String... columns) {
    return with(request.select(columns));
  }

  @Override
  public Scan filter(Expression filter) {
    return with(request.filter(filter));
  }

  @Override
  public Scan limit(long rows) {
    return with(request.limit(rows));
  }

  @Override
  public Scan asOf(long snapshotId) {
    return with(request.asOf(snapshotId));
  }

  @Override
  public Scan asOf(Instant time) {
    return asOf(store.snapshotAt(time));
  }

  @Override
  public Scan asOf(String ref) {
    return asOf(store.snapshotOf(ref));
  }

  @Override
  public CloseableIterable<Record> records() {
    ScanRequest ordered = ordered(Order.ASCENDING);
    return new RecordIterable(ordered, source);
  }

  @Override
  public ArrowReader arrow(BufferAllocator allocator) {
    ScanRequest ordered = ordered(Order.ANY);
    return new ScanArrowReader(allocator, ordered, source.apply(ordered));
  }

  private ScanRequest ordered(Order ifDefault) {
    return request.order() == Order.DEFAULT ? request.order(ifDefault) : request;
  }
}
