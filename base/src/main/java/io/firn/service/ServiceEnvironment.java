package io.firn.service;

import java.util.concurrent.ThreadFactory;

/**
 * What background services get from the process they run in.
 *
 * @param ticker the time
 * @param threads makes the worker threads. A service names them and makes them daemons; where none
 *     can be made, it works on the threads of its callers
 */
public record ServiceEnvironment(Ticker ticker, ThreadFactory threads) {

  private static final ServiceEnvironment SYSTEM =
      new ServiceEnvironment(Ticker.system(), Thread::new);

  /** The machine's time, and plain threads. */
  public static ServiceEnvironment system() {
    return SYSTEM;
  }

  public ServiceEnvironment withTicker(Ticker time) {
    return new ServiceEnvironment(time, threads);
  }

  public ServiceEnvironment withThreads(ThreadFactory factory) {
    return new ServiceEnvironment(ticker, factory);
  }
}
