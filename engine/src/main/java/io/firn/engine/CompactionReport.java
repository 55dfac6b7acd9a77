package io.firn.engine;

import io.firn.error.InvalidArgumentException;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What an explicit compaction did.
 *
 * @param jobs jobs committed
 * @param filesMoved files that changed their level without being read or written
 * @param filesIn input files
 * @param filesOut output files
 * @param bytesIn bytes of the inputs
 * @param bytesOut bytes of the outputs
 * @param rowsDropped masked rows that are gone from the files
 */
public record CompactionReport(
    int jobs,
    int filesMoved,
    int filesIn,
    int filesOut,
    long bytesIn,
    long bytesOut,
    long rowsDropped) {

  private static final int FIELDS = 7;

  /** The figures in the order of the record, for another process. */
  String encode() {
    return LongStream.of(jobs, filesMoved, filesIn, filesOut, bytesIn, bytesOut, rowsDropped)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(" "));
  }

  /** What {@link #encode} wrote, perhaps in another version of Firn. */
  static CompactionReport decode(String text) {
    try {
      long[] values = Stream.of(text.split(" ")).mapToLong(Long::parseLong).toArray();
      if (values.length == FIELDS) {
        return new CompactionReport(
            Math.toIntExact(values[0]),
            Math.toIntExact(values[1]),
            Math.toIntExact(values[2]),
            Math.toIntExact(values[3]),
            values[4],
            values[5],
            values[6]);
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new InvalidArgumentException("The owner answered what is no report: " + text, e);
    }
    throw new InvalidArgumentException("The owner answered what is no report: " + text);
  }
}
