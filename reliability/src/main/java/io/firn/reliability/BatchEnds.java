package io.firn.reliability;

import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The operations after which a batch ends, of all batches attempted: whatever happens to the table,
 * it is found at one of them.
 */
final class BatchEnds {

  private final NavigableSet<Long> ends = new TreeSet<>(List.of(0L));

  /** A batch of so many operations follows. */
  void add(int operations) {
    ends.add(last() + operations);
  }

  /** The last operation attempted; 0 if there was none. */
  long last() {
    return ends.last();
  }

  /** How many batches there are. */
  int batches() {
    return ends.size() - 1;
  }

  /** The last end that is not above an operation. */
  long upTo(long operation) {
    Long end = ends.floor(operation);
    return end == null ? 0 : end;
  }

  /** The batches behind an operation never were. */
  void truncate(long operation) {
    ends.tailSet(operation, false).clear();
  }

  /**
   * Checks that what was found is a prefix in whole batches.
   *
   * @param found the last operation found
   * @param acknowledged so much must be there
   */
  void checkPrefix(long found, long acknowledged, String moment) {
    if (found < acknowledged || !ends.contains(found)) {
      throw new AssertionError(
          moment
              + ": found operations up to "
              + found
              + "; acknowledged were "
              + acknowledged
              + ", attempted "
              + last()
              + ", and batches around it end at "
              + ends.floor(found)
              + " and "
              + ends.ceiling(found));
    }
  }
}
