package io.firn.format;

import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of a {@link RowSpill}'s ring. One thread at a time writes, maps and closes; any number
 * reads.
 */
final class SpillSegment {

  private static final Logger LOG = LoggerFactory.getLogger(SpillSegment.class);

  private final int number;
  private final OutputFileHandle output;
  private final InputFileHandle input;
  private final int readsBeforeMapping;
  private volatile boolean full;

  /** What reads go to from {@link #map} on. */
  private volatile @Nullable InputFileHandle fastest;

  /** Of all threads before that, some of them perhaps not counted. */
  private int reads;

  /**
   * @param number from which its place in the ring follows; counts from 1
   * @param readsBeforeMapping so many reads without a mapping cost as much as to make one and to
   *     touch its pages for the first time
   */
  SpillSegment(int number, OutputFileHandle output, InputFileHandle input, int readsBeforeMapping) {
    this.number = number;
    this.output = output;
    this.input = input;
    this.readsBeforeMapping = readsBeforeMapping;
  }

  int number() {
    return number;
  }

  String path() {
    return input.path();
  }

  /** How many bytes have been written. */
  long length() {
    return output.position();
  }

  void append(byte[] bytes, int length) throws IOException {
    output.write(bytes, 0, length);
  }

  /** Nothing more will be written. */
  void finish() throws IOException {
    output.close();
    full = true;
  }

  void read(long position, byte[] target) throws IOException {
    InputFileHandle from = fastest;
    if (from == null) {
      reads++;
      from = input;
    }
    from.readFully(position, target, 0, target.length);
  }

  /** Whether it has been read so often that {@link #map} pays. */
  boolean isWorthMapping() {
    return full && fastest == null && reads >= readsBeforeMapping;
  }

  /** From now on reads are no system calls, if the storage can do that; tried once. */
  void map(Storage storage) {
    try {
      fastest = storage.openForShortReads(input.path());
    } catch (IOException e) {
      LOG.debug("{} could not be mapped", input.path(), e);
      fastest = input;
    }
  }

  /** Closes it for everybody. */
  void close() throws IOException {
    InputFileHandle second = fastest;
    try (input;
        second) {
      finish();
    }
  }
}
