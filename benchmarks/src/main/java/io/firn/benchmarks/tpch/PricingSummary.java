package io.firn.benchmarks.tpch;

import java.math.BigDecimal;
import java.util.List;

/**
 * One line of Q1's answer: exact sums, as whole numbers of the smallest unit. Two are equal if all
 * sums are. Not thread safe.
 */
final class PricingSummary {

  private long quantity;
  private long price;
  private long discountedPrice;
  private long charge;
  private long count;

  /**
   * Adds a line.
   *
   * @param lineQuantity in hundredths
   * @param linePrice in hundredths
   * @param discount in hundredths
   * @param tax in hundredths
   */
  void add(long lineQuantity, long linePrice, long discount, long tax) {
    quantity += lineQuantity;
    price += linePrice;
    discountedPrice += linePrice * (100 - discount);
    charge += linePrice * (100 - discount) * (100 + tax);
    count++;
  }

  /** The sums as SQL gives them: quantity, price, discounted price, charge, and the count. */
  private List<BigDecimal> values() {
    return List.of(
        BigDecimal.valueOf(quantity, 2),
        BigDecimal.valueOf(price, 2),
        BigDecimal.valueOf(discountedPrice, 4),
        BigDecimal.valueOf(charge, 6),
        BigDecimal.valueOf(count));
  }

  /** True if SQL gave the same sums, in this order, from a position of the answer's row on. */
  boolean sameAs(List<?> row, int from) {
    List<BigDecimal> values = values();
    for (int i = 0; i < values.size(); i++) {
      if (new BigDecimal(String.valueOf(row.get(from + i))).compareTo(values.get(i)) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PricingSummary summary && values().equals(summary.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return values().toString();
  }
}
