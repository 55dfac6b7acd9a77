package io.firn.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has been opened so far, to be closed again in reverse order if a later step fails. */
final class OpenedResources {

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  /** Closes everything; what fails doing so is added to the error that is the reason. */
  void closeAfter(Throwable reason) {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (e != reason) {
          reason.addSuppressed(e);
        }
      }
    }
  }
}
