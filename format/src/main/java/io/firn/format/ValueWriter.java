package io.firn.format;

import java.util.Arrays;
import java.util.Optional;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the non-null values of one page of a flat column, as numbers into the chunk's dictionary
 * while that saves space, and plain from then on.
 *
 * <p>A dictionary is given up for the rest of its chunk when more than half of a page's values are
 * new to it, when it gets larger than a lookup should have to load, or when a value is too large to
 * be worth keeping. Pages written before keep it. A page is too few values to tell a column of a
 * thousand from one in which none repeats, so a chunk begins with a look at more of them.
 */
final class ValueWriter {

  private static final int DICTIONARY_BYTES_MAX = 128 * 1024;
  private static final int DICTIONARY_VALUE_BYTES_MAX = 1024;

  /** A look at the first values of a chunk takes so many, and tells nothing of fewer than these. */
  private static final int JUDGED_MAX = 4 * 1024;

  private static final int JUDGED_MIN = 2 * 1024;

  private final PlainEncoder plain;
  private final ValueStatistics statistics;
  private final @Nullable ValueDictionary dictionary;
  private boolean numbering;
  private int[] numbers = new int[0];
  private int numberCount;

  /** The dictionary's size when the last numbered page was finished: what those pages need. */
  private int numberedSize;

  /** The dictionary's size when the page was begun: what has come since is new to it. */
  private int sizeBefore;

  private boolean judged;

  ValueWriter(
      PlainEncoder plain, ValueStatistics statistics, @Nullable ValueDictionary dictionary) {
    this.plain = plain;
    this.statistics = statistics;
    this.dictionary = dictionary;
    this.numbering = dictionary != null;
  }

  /**
   * Decides whether a chunk is worth a dictionary at all, if that is open, by values that are about
   * to be added. Of a few nothing is decided.
   */
  void lookAhead(Column column, int from, int to) {
    ValueDictionary values = dictionary;
    if (judged || values == null) {
      return;
    }
    judged = true;
    int count = 0;
    int[] ignored = new int[1];
    for (int i = from; i < to && count < JUDGED_MAX && !overflows(values); i++) {
      if (!column.isNull(i)) {
        values.number(column, i, 1, ignored, 0);
        count++;
      }
    }
    boolean enough = count >= JUDGED_MIN;
    numbering = !overflows(values) && (!enough || values.size() * 2L <= count);
    if (numbering && enough) {
      sizeBefore = values.size();
    } else {
      values.clear();
    }
  }

  /** Adds values {@code from} to {@code from + count} to the page; none of them is null. */
  void append(Column column, int from, int count) {
    statistics.update(column, from, count);
    if (numbering && dictionary != null) {
      if (numbers.length < numberCount + count) {
        numbers = Arrays.copyOf(numbers, Math.max(numberCount + count, numbers.length * 2));
      }
      dictionary.number(column, from, count, numbers, numberCount);
      numberCount += count;
    } else {
      plain.append(column, from, count);
    }
  }

  /** The bytes the values of the page take so far, roughly. */
  int pageBytes() {
    if (!numbering || dictionary == null) {
      return plain.bytes().length();
    }
    // An overflowing dictionary ends the page, whose values then are written plain.
    return overflows(dictionary)
        ? Integer.MAX_VALUE
        : (int) ((long) numberCount * bitWidth(dictionary.size()) / 8);
  }

  /**
   * How many rows from {@code from} on may be added before the page has grown by {@code bytes}: at
   * least one.
   */
  int rowsWithin(Column column, int from, int to, int bytes) {
    return plain.rowsWithin(column, from, to, numbering ? DICTIONARY_BYTES_MAX : bytes);
  }

  /**
   * Appends the page's values to its body.
   *
   * @param withBitWidth whether that of dictionary numbers goes before them
   */
  PageEncoding finishPage(ByteBuilder body, boolean withBitWidth) {
    ValueDictionary values = dictionary;
    if (!numbering || values == null) {
      body.put(plain.bytes().array(), 0, plain.bytes().length());
      return PageEncoding.PLAIN;
    }
    if (numberCount == 0 && numberedSize == 0) {
      // Nulls only: should no page follow that needs the dictionary, there will be none to refer
      // to.
      return PageEncoding.PLAIN;
    }
    boolean distinct = (values.size() - sizeBefore) * 2L > numberCount;
    if (distinct || overflows(values)) {
      numbering = false;
      for (int i = 0; i < numberCount; i++) {
        values.appendPlain(numbers[i], body);
      }
      return PageEncoding.PLAIN;
    }
    int bitWidth = bitWidth(values.size());
    if (withBitWidth) {
      body.put(bitWidth);
    }
    RunEncoder.append(numbers, numberCount, bitWidth, body);
    numberedSize = values.size();
    sizeBefore = numberedSize;
    return PageEncoding.DICTIONARY;
  }

  /** The bit width of the numbers of the page that was finished last, if it has numbers. */
  int numberBits() {
    return bitWidth(numberedSize);
  }

  /** Statistics of the page, or null if the chunk shall have none. */
  @Nullable Statistics<?> pageStatistics(int nulls) {
    return statistics.page(nulls);
  }

  void clearPage() {
    plain.clear();
    statistics.clearPage();
    numberCount = 0;
  }

  /** Ends the chunk: appends the dictionary's values, plain, and returns how many there are. */
  int finishChunk(ByteBuilder body) {
    ValueDictionary values = dictionary;
    if (values == null) {
      return 0;
    }
    int size = numberedSize;
    for (int i = 0; i < size; i++) {
      values.appendPlain(i, body);
    }
    values.clear();
    numberedSize = 0;
    sizeBefore = 0;
    judged = false;
    numbering = true;
    return size;
  }

  /** What the Parquet footer cannot say about the whole file. */
  Optional<FieldMetrics<?>> metrics(int fieldId, long valueCount, long nullCount) {
    return statistics.metrics(fieldId, valueCount, nullCount);
  }

  private static boolean overflows(ValueDictionary values) {
    return values.bytes() > DICTIONARY_BYTES_MAX
        || values.longestValue() > DICTIONARY_VALUE_BYTES_MAX;
  }

  private static int bitWidth(int size) {
    return Math.max(1, 32 - Integer.numberOfLeadingZeros(size - 1));
  }
}
