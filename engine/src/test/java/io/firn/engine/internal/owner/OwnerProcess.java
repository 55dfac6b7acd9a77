package io.firn.engine.internal.owner;

import io.firn.storage.LocalStorage;

/** Another process that owns a table until its input ends. */
final class OwnerProcess {

  private OwnerProcess() {}

  public static void main(String[] args) throws Exception {
    try (OwnerLock lock = OwnerLock.take(new LocalStorage(), args[0]);
        ControlServer server =
            ControlServer.start(lock, args[0], (verb, arguments) -> verb + " " + arguments)) {
      System.out.println("owned");
      while (System.in.read() >= 0) {
        Thread.onSpinWait();
      }
    }
  }
}
