package io.firn.engine.internal.wal;

import io.firn.storage.OutputFileHandle;

/** A segment of this process. The log's I/O lock guards it. */
final class OpenSegment {
  final long number;
  final String path;
  final OutputFileHandle file;
  final long firstSequence;

  /** The last operation written, or the one before the first. */
  long lastSequence;

  OpenSegment(long number, String path, OutputFileHandle file, long lastSequence) {
    this.number = number;
    this.path = path;
    this.file = file;
    this.firstSequence = lastSequence + 1;
    this.lastSequence = lastSequence;
  }
}
