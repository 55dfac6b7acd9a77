package io.firn.benchmarks.tpch;

import io.trino.tpch.LineItem;
import io.trino.tpch.LineItemGenerator;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The model: which lines there are, and what their values are. A line is one that TPC-H generates,
 * changed by as many updates as it has had; its order may have been deleted, or inserted once more
 * under a key of its own that TPC-H leaves free. Of one thread.
 */
final class LineItems {

  static final Schema SCHEMA = schema();

  /** The last day that Q1 counts. */
  static final LocalDate Q1_LAST = LocalDate.of(1998, 9, 2);

  static final LocalDate Q6_FROM = LocalDate.of(1994, 1, 1);
  static final LocalDate Q6_BEFORE = LocalDate.of(1995, 1, 1);
  static final int Q6_DISCOUNT_MIN = 5;
  static final int Q6_DISCOUNT_MAX = 7;
  static final int Q6_QUANTITY_BELOW = 24;

  private static final int MONEY_SCALE = 2;
  private static final int MONEY_PRECISION = 15;
  private static final int QUANTITY_MAX = 50;
  private static final int DISCOUNT_MAX = 10;

  /** Of 32 order keys TPC-H uses the first 8. */
  private static final int FREE_KEY_OFFSET = 8;

  private final List<LineItem> lines = new ArrayList<>();

  /** How often a line was updated; negative if it was deleted. */
  private final byte[] updates;

  private final boolean[] repeated;

  /**
   * @param scale TPC-H's scale factor; 1 is six million lines
   */
  LineItems(double scale) {
    new LineItemGenerator(scale, 1, 1).forEach(lines::add);
    this.updates = new byte[lines.size()];
    this.repeated = new boolean[lines.size()];
  }

  private static Schema schema() {
    Types.DecimalType money = Types.DecimalType.of(MONEY_PRECISION, MONEY_SCALE);
    return new Schema(
        NestedField.required(1, "l_orderkey", Types.LongType.get()),
        NestedField.required(2, "l_partkey", Types.LongType.get()),
        NestedField.required(3, "l_suppkey", Types.LongType.get()),
        NestedField.required(4, "l_linenumber", Types.IntegerType.get()),
        NestedField.required(5, "l_quantity", money),
        NestedField.required(6, "l_extendedprice", money),
        NestedField.required(7, "l_discount", money),
        NestedField.required(8, "l_tax", money),
        NestedField.required(9, "l_returnflag", Types.StringType.get()),
        NestedField.required(10, "l_linestatus", Types.StringType.get()),
        NestedField.required(11, "l_shipdate", Types.DateType.get()),
        NestedField.required(12, "l_commitdate", Types.DateType.get()),
        NestedField.required(13, "l_receiptdate", Types.DateType.get()),
        NestedField.required(14, "l_shipinstruct", Types.StringType.get()),
        NestedField.required(15, "l_shipmode", Types.StringType.get()),
        NestedField.required(16, "l_comment", Types.StringType.get()));
  }

  /** How many lines TPC-H generates. */
  int size() {
    return lines.size();
  }

  /** How many rows there are now. */
  long liveRows() {
    long live = 0;
    for (int i = 0; i < updates.length; i++) {
      live += (isLive(i) ? 1 : 0) + (repeated[i] ? 1 : 0);
    }
    return live;
  }

  boolean isLive(int line) {
    return updates[line] >= 0;
  }

  /** The first line of the order that a line belongs to. */
  int orderStart(int line) {
    int start = line;
    while (start > 0 && lines.get(start - 1).getOrderKey() == lines.get(line).getOrderKey()) {
      start--;
    }
    return start;
  }

  /** The line after the last of the order that a line belongs to. */
  int orderEnd(int line) {
    int end = line;
    while (end < lines.size() && lines.get(end).getOrderKey() == lines.get(line).getOrderKey()) {
      end++;
    }
    return end;
  }

  /** The key of a line. */
  Object[] key(int line) {
    return new Object[] {lines.get(line).getOrderKey(), lines.get(line).getLineNumber()};
  }

  /** Deletes a line. */
  void delete(int line) {
    updates[line] = -1;
  }

  /** Updates a live line, and returns it. */
  Record update(int line) {
    updates[line] = (byte) ((updates[line] + 1) % Byte.MAX_VALUE);
    return record(line);
  }

  /** Inserts a line under a free order key, and returns it. */
  Record repeat(int line) {
    repeated[line] = true;
    return record(line, lines.get(line).getOrderKey() + FREE_KEY_OFFSET, 0);
  }

  /** A live line as it is now. */
  Record record(int line) {
    return record(line, lines.get(line).getOrderKey(), updates[line]);
  }

  private Record record(int line, long orderKey, int times) {
    LineItem item = lines.get(line);
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.set(0, orderKey);
    row.set(1, item.getPartKey());
    row.set(2, item.getSupplierKey());
    row.set(3, item.getLineNumber());
    row.set(4, BigDecimal.valueOf(quantity(item, times) * 100L, MONEY_SCALE));
    row.set(5, BigDecimal.valueOf(item.getExtendedPriceInCents(), MONEY_SCALE));
    row.set(6, BigDecimal.valueOf(discount(item, times), MONEY_SCALE));
    row.set(7, BigDecimal.valueOf(item.getTaxPercent(), MONEY_SCALE));
    row.set(8, item.getReturnFlag());
    row.set(9, item.getStatus());
    row.set(10, LocalDate.ofEpochDay(item.getShipDate()));
    row.set(11, LocalDate.ofEpochDay(item.getCommitDate()));
    row.set(12, LocalDate.ofEpochDay(item.getReceiptDate()));
    row.set(13, item.getShipInstructions());
    row.set(14, item.getShipMode());
    row.set(15, item.getComment());
    return row;
  }

  private static long quantity(LineItem item, int times) {
    return (item.getQuantity() + times) % QUANTITY_MAX + 1;
  }

  private static long discount(LineItem item, int times) {
    return (item.getDiscountPercent() + times) % (DISCOUNT_MAX + 1);
  }

  /** The answer to Q1: a line of sums for each return flag and line status. */
  Map<String, PricingSummary> q1() {
    Map<String, PricingSummary> groups = new TreeMap<>();
    long last = Q1_LAST.toEpochDay();
    for (int i = 0; i < updates.length; i++) {
      LineItem item = lines.get(i);
      if (item.getShipDate() <= last) {
        String group = item.getReturnFlag() + item.getStatus();
        if (isLive(i)) {
          add(groups, group, item, updates[i]);
        }
        if (repeated[i]) {
          add(groups, group, item, 0);
        }
      }
    }
    return groups;
  }

  private static void add(
      Map<String, PricingSummary> groups, String group, LineItem item, int times) {
    groups
        .computeIfAbsent(group, key -> new PricingSummary())
        .add(
            quantity(item, times) * 100,
            item.getExtendedPriceInCents(),
            discount(item, times),
            item.getTaxPercent());
  }

  /** The answer to Q6 in ten thousandths. */
  long q6() {
    long revenue = 0;
    for (int i = 0; i < updates.length; i++) {
      int day = lines.get(i).getShipDate();
      if (day >= Q6_FROM.toEpochDay() && day < Q6_BEFORE.toEpochDay()) {
        revenue += isLive(i) ? revenue(lines.get(i), updates[i]) : 0;
        revenue += repeated[i] ? revenue(lines.get(i), 0) : 0;
      }
    }
    return revenue;
  }

  private static long revenue(LineItem item, int times) {
    long discount = discount(item, times);
    boolean counts =
        discount >= Q6_DISCOUNT_MIN
            && discount <= Q6_DISCOUNT_MAX
            && quantity(item, times) < Q6_QUANTITY_BELOW;
    return counts ? item.getExtendedPriceInCents() * discount : 0;
  }
}
