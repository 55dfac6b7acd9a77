/**
 * The life cycle of background work: flush, compaction, sweep and refresh are each one {@link
 * io.firn.service.BackgroundService}. One state machine, one way to stop, one set of statistics,
 * and injected time.
 */
@NullMarked
package io.firn.service;

import org.jspecify.annotations.NullMarked;
