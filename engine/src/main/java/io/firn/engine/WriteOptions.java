package io.firn.engine;

import java.util.Objects;

/**
 * How one write is acknowledged.
 *
 * @param durability what the write survives once acknowledged
 */
public record WriteOptions(Durability durability) {

  public WriteOptions {
    Objects.requireNonNull(durability, "durability");
  }

  /** Options with this durability. */
  public static WriteOptions of(Durability durability) {
    return new WriteOptions(durability);
  }
}
