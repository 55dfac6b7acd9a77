package io.firn.examples;

import io.firn.engine.FirnTable;
import io.firn.engine.TableSnapshot;
import io.firn.engine.WriteToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/**
 * A service with many threads that write to one table and read what they wrote. Each write is
 * durable when {@code put} returns; threads that write at the same time share the wait for the
 * disk. Run it with a directory.
 */
public final class ConcurrentService {

  private static final int THREADS = 16;
  private static final int WRITES_A_THREAD = 200;

  private ConcurrentService() {}

  public static void main(String[] arguments) throws Exception {
    Schema schema =
        new Schema(
            Types.NestedField.required(1, "customer", Types.StringType.get()),
            Types.NestedField.required(2, "order", Types.IntegerType.get()),
            Types.NestedField.optional(3, "state", Types.StringType.get()));

    try (FirnTable orders =
        FirnTable.builder().path(arguments[0]).schema(schema).key("customer", "order").open()) {
      ExecutorService requests = Executors.newFixedThreadPool(THREADS);
      List<Future<WriteToken>> handled = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        String customer = "customer-" + thread;
        handled.add(requests.submit(() -> serve(orders, customer)));
      }
      WriteToken last = handled.get(0).get();
      for (Future<WriteToken> one : handled) {
        if (one.get().sequence() > last.sequence()) {
          last = one.get();
        }
      }
      requests.shutdown();

      try (TableSnapshot now = orders.snapshot();
          CloseableIterable<Record> rows = now.scan().prefix("customer-7").records()) {
        int count = 0;
        for (Record ignored : rows) {
          count++;
        }
        System.out.println("customer-7 has " + count + " orders");
      }
      long snapshot = last.awaitVisible(Duration.ofMinutes(1));
      System.out.println("Spark sees all of it in snapshot " + snapshot);
    }
  }

  private static WriteToken serve(FirnTable orders, String customer) {
    Record order = GenericRecord.create(orders.schema());
    WriteToken token = null;
    for (int i = 0; i < WRITES_A_THREAD; i++) {
      order.setField("customer", customer);
      order.setField("order", i);
      order.setField("state", "received");
      token = orders.put(order);
      if (orders.get(customer, i).isEmpty()) {
        throw new IllegalStateException("A thread reads what it has written");
      }
    }
    if (token == null) {
      throw new IllegalStateException("No write");
    }
    return token;
  }
}
