package io.firn.engine.internal.wal;

import java.util.List;

/**
 * What a recovery found.
 *
 * @param lastSequence the last operation in the log or before it; the next write follows it
 * @param operations handed to the visitor
 * @param segments those that hold operations not in the table yet, in order
 * @param obsolete paths of segments that hold nothing but what is in the table, or nothing at all
 * @param droppedBytes bytes at the end of the log that a crash left incomplete; never acknowledged
 *     as durable
 * @param setAside paths of segments that salvage renamed, by their new names
 */
public record Recovery(
    long lastSequence,
    long operations,
    List<Segment> segments,
    List<String> obsolete,
    long droppedBytes,
    List<String> setAside) {

  /**
   * A finished segment.
   *
   * @param number of the segment
   * @param path of its file
   * @param lastSequence its last operation
   */
  public record Segment(long number, String path, long lastSequence) {}

  public Recovery {
    segments = List.copyOf(segments);
    obsolete = List.copyOf(obsolete);
    setAside = List.copyOf(setAside);
  }
}
