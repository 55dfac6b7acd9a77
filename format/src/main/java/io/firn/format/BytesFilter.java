package io.firn.format;

import java.util.Arrays;

/**
 * A condition on strings or bytes in their unsigned order.
 *
 * @param fieldId the column
 * @param test what is asked of a value
 * @param operands the bytes compared with; ascending if they are several
 * @param match whether those for which the test holds match, or the others
 * @param nullMatches whether a null matches
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record BytesFilter(int fieldId, Test test, byte[][] operands, boolean match, boolean nullMatches)
    implements FilterNode {

  /** What is asked of a value. */
  enum Test {
    BELOW,
    NOT_ABOVE,
    EQUAL,
    BEGINS_WITH,
    ONE_OF
  }

  @Override
  public int retain(ColumnBatch batch, int[] selection, int count) {
    BytesColumn column = (BytesColumn) batch.column(batch.indexOf(fieldId));
    boolean[] nulls = column.nulls();
    byte[] data = column.data();
    int[] offsets = column.offsets();
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = selection[i];
      boolean matches =
          (nulls != null && nulls[row])
              ? nullMatches
              : holds(data, offsets[row], offsets[row + 1]) == match;
      if (matches) {
        selection[kept++] = row;
      }
    }
    return kept;
  }

  private boolean holds(byte[] data, int from, int to) {
    return switch (test) {
      case BELOW -> compare(data, from, to, operands[0]) < 0;
      case NOT_ABOVE -> compare(data, from, to, operands[0]) <= 0;
      case EQUAL -> Arrays.equals(data, from, to, operands[0], 0, operands[0].length);
      case BEGINS_WITH -> {
        byte[] prefix = operands[0];
        yield to - from >= prefix.length
            && Arrays.equals(data, from, from + prefix.length, prefix, 0, prefix.length);
      }
      case ONE_OF -> oneOf(data, from, to);
    };
  }

  private boolean oneOf(byte[] data, int from, int to) {
    int low = 0;
    int high = operands.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(data, from, to, operands[middle]);
      if (order == 0) {
        return true;
      }
      if (order < 0) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return false;
  }

  private static int compare(byte[] data, int from, int to, byte[] operand) {
    return Arrays.compareUnsigned(data, from, to, operand, 0, operand.length);
  }
}
