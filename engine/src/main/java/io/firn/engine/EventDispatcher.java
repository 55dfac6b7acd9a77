package io.firn.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls listeners one after the other; what one of them throws is logged and hurts nobody else. */
final class EventDispatcher {

  private static final Logger LOG = LoggerFactory.getLogger(EventDispatcher.class);

  private final List<TableListener> listeners;

  EventDispatcher(List<TableListener> listeners) {
    this.listeners = new CopyOnWriteArrayList<>(listeners);
  }

  void add(TableListener listener) {
    listeners.add(listener);
  }

  void dispatch(Consumer<TableListener> call) {
    for (TableListener listener : listeners) {
      try {
        call.accept(listener);
      } catch (RuntimeException e) {
        LOG.warn("A table listener failed: {}", listener.getClass().getName(), e);
      }
    }
  }
}
