package io.firn.service;

import java.util.function.BooleanSupplier;

/** What a unit of work learns from its service, and tells it. */
record UnitContext(int attempts, BooleanSupplier stop, Counters counters) implements WorkContext {

  @Override
  public boolean stopRequested() {
    return stop.getAsBoolean();
  }

  @Override
  public void addBytesIn(long bytes) {
    counters.bytesIn.add(bytes);
  }

  @Override
  public void addBytesOut(long bytes) {
    counters.bytesOut.add(bytes);
  }
}
