package io.firn.engine;

import java.time.Duration;

/** The {@link WriteToken} of a write to an open engine. */
record PendingToken(Engine engine, long sequence) implements WriteToken {

  @Override
  public void awaitDurable() {
    engine.awaitDurable(sequence);
  }

  @Override
  public long awaitVisible(Duration timeout) {
    return engine.awaitFlushed(sequence, timeout.toNanos()).snapshotId();
  }

  @Override
  public String toString() {
    return "write at sequence " + sequence;
  }
}
