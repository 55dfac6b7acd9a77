package io.firn.reliability;

import io.firn.testkit.EvolvedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The oracle of a table to which other engines commit too, kept outside the store: what it must
 * hold at every moment. Own writes have their sequence numbers; what another engine commits comes
 * after all that was flushed before it, and before all that was not, whenever that was written.
 *
 * <p>As in {@link Ledger}, what is found after a crash is a prefix of the own writes, in whole
 * batches, with everything acknowledged.
 */
final class History {

  /**
   * A state of the table.
   *
   * @param sequence the last own write in it
   * @param others how many commits of other engines are in it
   */
  record Moment(long sequence, int others) {}

  /** A row put, or a key deleted. */
  record Change(long key, Optional<EvolvedRow> row) {}

  /** What a key holds from a moment on, until the next version of it. */
  private record Version(long sequence, int others, Optional<EvolvedRow> row) {}

  private final NavigableMap<Long, List<Version>> versions = new TreeMap<>();
  private final NavigableMap<Long, EvolvedRow> newest = new TreeMap<>();
  private final BatchEnds batchEnds = new BatchEnds();
  private long acknowledged;

  /** For each commit of others, the last own write that was flushed before it. */
  private final List<Long> flushed = new ArrayList<>(List.of(0L));

  /** Records a batch, before or after it is given to the table. */
  void attempt(List<Change> batch) {
    long attempted = batchEnds.last();
    for (Change change : batch) {
      attempted++;
      versions
          .computeIfAbsent(change.key(), absent -> new ArrayList<>())
          .add(new Version(attempted, 0, change.row()));
      renew(change.key());
    }
    batchEnds.add(batch.size());
  }

  /** Everything attempted was acknowledged as durable. */
  void acknowledge() {
    acknowledged = batchEnds.last();
  }

  /**
   * Another engine has committed.
   *
   * @param sequence the last own write that was in the table
   * @param changes the keys that hold something else than before
   */
  void othersCommitted(long sequence, Map<Long, Optional<EvolvedRow>> changes) {
    flushed.add(sequence);
    acknowledged = Math.max(acknowledged, sequence);
    changes.forEach(
        (key, row) -> {
          List<Version> known = versions.computeIfAbsent(key, absent -> new ArrayList<>());
          int at = known.size();
          while (at > 0 && known.get(at - 1).sequence > sequence) {
            at--;
          }
          known.add(at, new Version(sequence, others(), row));
          renew(key);
        });
  }

  /** How many commits other engines have made. */
  int others() {
    return flushed.size() - 1;
  }

  /** The state at an own write in the table that so many commits of others have made. */
  Moment moment(long sequence, int others) {
    return new Moment(Math.max(sequence, flushed.get(others)), others);
  }

  /** What the table must hold now. */
  NavigableMap<Long, EvolvedRow> newest() {
    return newest;
  }

  /** What the table held at a moment. */
  NavigableMap<Long, EvolvedRow> at(Moment moment) {
    NavigableMap<Long, EvolvedRow> state = new TreeMap<>();
    versions.forEach(
        (key, known) -> {
          EvolvedRow row = row(known, moment);
          if (row != null) {
            state.put(key, row);
          }
        });
    return state;
  }

  private static @Nullable EvolvedRow row(List<Version> known, Moment moment) {
    for (int i = known.size() - 1; i >= 0; i--) {
      Version version = known.get(i);
      if (version.sequence <= moment.sequence() && version.others <= moment.others()) {
        return version.row.orElse(null);
      }
    }
    return null;
  }

  private void renew(long key) {
    List<Version> known = versions.get(key);
    EvolvedRow row = known == null ? null : row(known, new Moment(Long.MAX_VALUE, others()));
    if (row == null) {
      newest.remove(key);
    } else {
      newest.put(key, row);
    }
  }

  /** Goes on from what a restarted table has: batches that are not there never were. */
  void recovered(long found, String moment) {
    batchEnds.checkPrefix(found, acknowledged, moment);
    if (found < batchEnds.last()) {
      batchEnds.truncate(found);
      versions.forEach(
          (key, known) -> {
            if (known.removeIf(version -> version.sequence > found)) {
              renew(key);
            }
          });
    }
    acknowledged = found;
  }
}
