package io.firn.compaction;

import io.firn.catalog.DeletionVector;

/** Row positions as bytes: ascending differences in variable-length numbers. */
final class Positions {

  private Positions() {}

  static byte[] encode(DeletionVector positions) {
    ByteSink sink = new ByteSink();
    long[] last = {-1};
    positions.forEach(
        position -> {
          sink.putUnsigned(position - last[0] - 1);
          last[0] = position;
        });
    return sink.toArray();
  }

  static DeletionVector decode(byte[] encoded) {
    DeletionVector.Builder positions = DeletionVector.builder();
    ByteSource source = new ByteSource(encoded, 0);
    long position = -1;
    while (source.hasRemaining()) {
      position += source.unsigned() + 1;
      positions.add(position);
    }
    return positions.build();
  }
}
