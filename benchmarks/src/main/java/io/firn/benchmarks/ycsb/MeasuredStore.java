package io.firn.benchmarks.ycsb;

import io.firn.benchmarks.suite.Latencies;
import io.firn.benchmarks.suite.WrongAnswerError;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.Vector;
import org.jspecify.annotations.Nullable;
import site.ycsb.ByteIterator;
import site.ycsb.DB;
import site.ycsb.Status;
import site.ycsb.StringByteIterator;

/**
 * A store as YCSB calls it, one object a thread. Takes the time of every call, and ends the
 * measurement at an answer that cannot be right; the values of rows read are checked by YCSB.
 */
final class MeasuredStore extends DB {

  /** The calls that are told apart. */
  enum Operation {
    READ,
    UPDATE,
    INSERT,
    SCAN
  }

  private final YcsbStore store;
  private final Map<Operation, Latencies> latencies = new EnumMap<>(Operation.class);

  MeasuredStore(YcsbStore store) {
    this.store = store;
    for (Operation operation : Operation.values()) {
      latencies.put(operation, new Latencies(0));
    }
  }

  /** How long the calls took so far. */
  Latencies latencies(Operation operation) {
    return Objects.requireNonNull(latencies.get(operation));
  }

  @Override
  public Status read(
      String table, String key, @Nullable Set<String> fields, Map<String, ByteIterator> result) {
    long start = System.nanoTime();
    Map<String, String> row = store.read(key);
    end(Operation.READ, start);
    WrongAnswerError.check(row != null, "a row that was inserted is not there");
    StringByteIterator.putAllAsByteIterators(result, row);
    return Status.OK;
  }

  @Override
  @SuppressWarnings("NonApiType") // YCSB asks for a Vector of HashMaps.
  public Status scan(
      String table,
      String firstKey,
      int rows,
      @Nullable Set<String> fields,
      Vector<HashMap<String, ByteIterator>> result) {
    long start = System.nanoTime();
    SortedMap<String, Map<String, String>> found = store.scan(firstKey, rows);
    end(Operation.SCAN, start);
    WrongAnswerError.check(
        !found.isEmpty() && found.size() <= rows && found.firstKey().equals(firstKey),
        "a scan from a key that is there");
    return Status.OK;
  }

  @Override
  public Status update(String table, String key, Map<String, ByteIterator> values) {
    Map<String, String> fields = StringByteIterator.getStringMap(values);
    long start = System.nanoTime();
    boolean found = store.update(key, fields);
    end(Operation.UPDATE, start);
    WrongAnswerError.check(found, "a row to update is not there");
    return Status.OK;
  }

  @Override
  public Status insert(String table, String key, Map<String, ByteIterator> values) {
    Map<String, String> fields = StringByteIterator.getStringMap(values);
    long start = System.nanoTime();
    store.insert(key, fields);
    end(Operation.INSERT, start);
    return Status.OK;
  }

  @Override
  public Status delete(String table, String key) {
    return Status.NOT_IMPLEMENTED;
  }

  private void end(Operation operation, long start) {
    latencies(operation).add(System.nanoTime() - start);
  }
}
