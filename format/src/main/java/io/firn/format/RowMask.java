package io.firn.format;

/** Rows of a data file that are deleted, by position. Safe for use by many threads. */
public interface RowMask {

  /** No row is deleted. */
  RowMask NONE =
      new RowMask() {
        @Override
        public boolean contains(long position) {
          return false;
        }

        @Override
        public int selectLive(long from, int count, int[] target) {
          for (int i = 0; i < count; i++) {
            target[i] = i;
          }
          return count;
        }
      };

  /** True if the row at {@code position} is deleted. */
  boolean contains(long position);

  /**
   * Lists the rows of {@code [from, from + count)} that are not deleted, as offsets from {@code
   * from}, ascending.
   *
   * @param target has room for {@code count + 1} of them
   * @return how many there are
   */
  int selectLive(long from, int count, int[] target);
}
