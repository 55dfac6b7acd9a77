/**
 * Compaction: scores levels, picks inputs, merges them by key and commits the result; sweeps the
 * files that nothing names any more.
 *
 * <p>Plan, task and commit are three things. A {@link io.firn.compaction.CompactionPlan} names
 * inputs and an output level; a {@link io.firn.compaction.CompactionTask} is a self-contained,
 * serialisable piece of one plan (a key sub-range) that runs in this process or in another; a
 * {@link io.firn.compaction.CompactionCommitter} replaces the inputs by the outputs in one snapshot
 * and carries over the deletes that arrived meanwhile.
 *
 * <p>Levels are a hint: where a row lies never decides what a reader sees, because every key has at
 * most one live row in the whole table. Two jobs may therefore run side by side whenever they share
 * no file and write no overlapping ranges into one level.
 */
@NullMarked
package io.firn.compaction;

import org.jspecify.annotations.NullMarked;
