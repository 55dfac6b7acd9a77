package io.firn.service;

/** What a running unit of work may ask and report. */
public interface WorkContext {

  /** True once the service stops without draining: abandon the unit at the next safe point. */
  boolean stopRequested();

  /** How often this unit has failed in a row before this run. */
  int attempts();

  /** Reports bytes read. */
  void addBytesIn(long bytes);

  /** Reports bytes written. */
  void addBytesOut(long bytes);
}
