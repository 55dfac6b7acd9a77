package io.firn.service;

/** What services do with their threads. */
final class WorkerThreads {

  private WorkerThreads() {}

  /** Waits for a thread to end, however often the caller is interrupted; its flag stays set. */
  static void awaitEnd(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
