package io.firn.benchmarks.reference;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one thread.
 *
 * @param <R> the store's own row
 */
interface StoreReader<R> extends AutoCloseable {

  /** The row with a key; null if there is none. */
  @Nullable R get(long key);

  /** The values of a row, for comparison with the model; not measured. */
  ReferenceRow values(R row);

  /** One value of a row: proof that it was read. */
  double d1(R row);

  /** The rows with keys from {@code from} to below {@code to}, by key. */
  List<R> range(long from, long to);

  /** Count and sum of column {@code d1} over all rows, the fastest way the store has. */
  ColumnSum sumD1();

  /** Every row with every column, in any order. */
  void forEach(Consumer<? super R> consumer);

  @Override
  void close();
}
