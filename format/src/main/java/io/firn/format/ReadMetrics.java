package io.firn.format;

import java.util.concurrent.atomic.LongAdder;

/** Counts what readers do. Safe for use by several threads. */
final class ReadMetrics {
  final LongAdder filesOpened = new LongAdder();
  final LongAdder reads = new LongAdder();
  final LongAdder bytesRead = new LongAdder();
  final LongAdder pagesDecoded = new LongAdder();
  final LongAdder dictionariesDecoded = new LongAdder();
}
