package io.firn.benchmarks.tpch;

import io.firn.engine.FirnTable;
import io.firn.engine.Scan;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.expressions.Expressions;

/** Q1 and Q6 as loops over Firn's Arrow batches. */
final class ArrowQueries {

  private ArrowQueries() {}

  /** The answer to Q1, by return flag and line status. */
  static Map<String, PricingSummary> q1(FirnTable table) throws IOException {
    Scan scan =
        table
            .scan()
            .select(
                "l_returnflag",
                "l_linestatus",
                "l_quantity",
                "l_extendedprice",
                "l_discount",
                "l_tax")
            .filter(Expressions.lessThanOrEqual("l_shipdate", LineItems.Q1_LAST.toString()));
    PricingSummary[][] groups = new PricingSummary[128][128];
    try (BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = scan.arrow(allocator)) {
      VectorSchemaRoot batch = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        VarCharVector flags = (VarCharVector) batch.getVector(0);
        VarCharVector statuses = (VarCharVector) batch.getVector(1);
        DecimalVector quantities = (DecimalVector) batch.getVector(2);
        DecimalVector prices = (DecimalVector) batch.getVector(3);
        DecimalVector discounts = (DecimalVector) batch.getVector(4);
        DecimalVector taxes = (DecimalVector) batch.getVector(5);
        for (int i = 0; i < batch.getRowCount(); i++) {
          PricingSummary[] ofFlag = groups[letter(flags, i)];
          int status = letter(statuses, i);
          if (ofFlag[status] == null) {
            ofFlag[status] = new PricingSummary();
          }
          ofFlag[status].add(
              unscaled(quantities, i),
              unscaled(prices, i),
              unscaled(discounts, i),
              unscaled(taxes, i));
        }
      }
    }
    return named(groups);
  }

  private static Map<String, PricingSummary> named(PricingSummary[][] groups) {
    Map<String, PricingSummary> named = new TreeMap<>();
    for (int flag = 0; flag < groups.length; flag++) {
      for (int status = 0; status < groups[flag].length; status++) {
        if (groups[flag][status] != null) {
          byte[] name = {(byte) flag, (byte) status};
          named.put(new String(name, StandardCharsets.US_ASCII), groups[flag][status]);
        }
      }
    }
    return named;
  }

  private static int letter(VarCharVector vector, int row) {
    return vector.getDataBuffer().getByte(vector.getStartOffset(row));
  }

  /** A decimal of up to 18 digits: the lower half of its sixteen bytes. */
  private static long unscaled(DecimalVector vector, int row) {
    return vector.getDataBuffer().getLong((long) row * DecimalVector.TYPE_WIDTH);
  }

  /** The answer to Q6 in ten thousandths. */
  static long q6(FirnTable table) throws IOException {
    Scan scan =
        table
            .scan()
            .select("l_extendedprice", "l_discount")
            .filter(
                Expressions.and(
                    Expressions.greaterThanOrEqual("l_shipdate", LineItems.Q6_FROM.toString()),
                    Expressions.lessThan("l_shipdate", LineItems.Q6_BEFORE.toString()),
                    Expressions.greaterThanOrEqual(
                        "l_discount", BigDecimal.valueOf(LineItems.Q6_DISCOUNT_MIN, 2)),
                    Expressions.lessThanOrEqual(
                        "l_discount", BigDecimal.valueOf(LineItems.Q6_DISCOUNT_MAX, 2)),
                    Expressions.lessThan(
                        "l_quantity", BigDecimal.valueOf(LineItems.Q6_QUANTITY_BELOW * 100L, 2))));
    long revenue = 0;
    try (BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = scan.arrow(allocator)) {
      VectorSchemaRoot batch = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        DecimalVector prices = (DecimalVector) batch.getVector(0);
        DecimalVector discounts = (DecimalVector) batch.getVector(1);
        for (int i = 0; i < batch.getRowCount(); i++) {
          revenue += unscaled(prices, i) * unscaled(discounts, i);
        }
      }
    }
    return revenue;
  }
}
