package io.firn.engine.internal.owner;

import java.util.Map;

/** What an owner does for those who ask. Called by several threads at once. */
@FunctionalInterface
public interface ControlHandler {

  /**
   * Answers a request; an exception is its answer too, by its kind and message.
   *
   * @param verb what to do
   * @param arguments how
   */
  String handle(String verb, Map<String, String> arguments);
}
