package io.firn.benchmarks.suite;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * One measured figure; as text one line of JSON.
 *
 * @param suite which suite measured it
 * @param store what was measured: {@code firn}, {@code rocksdb}, ...
 * @param figure what the figure is, unique within suite and store
 * @param unit the unit of the value
 * @param value the value
 * @param round in which round it was measured, from 1
 */
public record Figure(
    String suite, String store, String figure, String unit, double value, int round) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The figure as one line of JSON, without the line's end. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The figure that a line holds; empty if it is some other text. */
  public static Optional<Figure> parse(String line) {
    if (!line.startsWith("{\"suite\":")) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(line, Figure.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
