package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.reference.ReferenceSchema;
import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.ChildJvm;
import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.FirnSettings;
import io.firn.benchmarks.suite.Latencies;
import io.firn.benchmarks.suite.WrongAnswerError;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.OptionKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.data.GenericRecord;

/**
 * Writes at a steady rate, with a beat every few milliseconds, while a {@link FreshnessReader}
 * watches the table from outside; then says how long it took until each beat was seen. It is told
 * the seconds, the writes a second, and the rows of the table.
 */
public final class FreshnessChild {

  /** The key of the row that holds the beat, below all others. */
  static final long BEAT_KEY = -2;

  private static final int BEATS_PER_SECOND = 100;
  private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1) / BEATS_PER_SECOND;

  /** Beats before are written, seen and checked, but not counted: the processes warm up. */
  private static final int WARM_UP_BEATS = 5 * BEATS_PER_SECOND;

  private static final long FLUSH_MILLIS = 1_000;

  private record Sighting(long millis, long sequence, int beat) {}

  private final MeasuredTable measured;
  private final List<Long> sequences = new ArrayList<>();
  private final List<Long> writtenMillis = new ArrayList<>();

  private FreshnessChild(MeasuredTable measured) {
    this.measured = measured;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    ChildArguments told = ChildArguments.of(arguments);
    FirnOptions options =
        FirnSettings.builder()
            .durability(Durability.ASYNC)
            .set(OptionKey.FLUSH_INTERVAL_MILLIS, FLUSH_MILLIS)
            .build();
    String path = told.path("table");
    try (MeasuredTable measured = new MeasuredTable(path, options, told.number(2))) {
      measured.loadUpTo(told.number(2));
      FreshnessChild child = new FreshnessChild(measured);
      child.beat();
      measured.settle();
      List<Sighting> sightings = child.write(path, told);
      child.check(sightings);
      child.report(told.sink(), sightings);
      measured.table().delete(BEAT_KEY);
      measured.check();
    }
  }

  private void beat() {
    GenericRecord row = GenericRecord.create(ReferenceSchema.SCHEMA);
    row.set(0, BEAT_KEY);
    row.set(1, (long) sequences.size());
    sequences.add(measured.table().put(row).sequence());
    writtenMillis.add(System.currentTimeMillis());
  }

  /** Writes beside a reader, and returns what it has seen when it has seen everything. */
  private List<Sighting> write(String path, ChildArguments told)
      throws IOException, InterruptedException {
    Process reader =
        new ChildJvm(FreshnessReader.class, List.of("-Xmx512m"), System.err).start(List.of(path));
    try (BufferedReader lines = reader.inputReader(StandardCharsets.UTF_8)) {
      List<Sighting> sightings = new ArrayList<>();
      sightings.add(next(lines));
      int beats = told.number(0) * BEATS_PER_SECOND + WARM_UP_BEATS;
      CompletableFuture<Void> watching =
          CompletableFuture.runAsync(() -> watch(lines, sightings, beats));
      long start = System.nanoTime();
      int writesPerBeat = told.number(1) / BEATS_PER_SECOND;
      for (int beat = 1; beat <= beats; beat++) {
        for (long wait = 1; wait > 0; ) {
          wait = start + beat * BEAT_NANOS - System.nanoTime();
          LockSupport.parkNanos(Math.max(wait, 0));
        }
        measured.update(writesPerBeat - 1);
        beat();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      told.sink().figure(FreshnessSuite.RATE, "rows/s", (double) beats * writesPerBeat / seconds);
      watching.join();
      return sightings;
    } finally {
      reader.destroyForcibly().waitFor();
    }
  }

  private static void watch(BufferedReader lines, List<Sighting> sightings, int lastBeat) {
    Sighting seen = sightings.get(0);
    while (seen.beat() < lastBeat) {
      seen = next(lines);
      sightings.add(seen);
    }
  }

  private static Sighting next(BufferedReader lines) {
    try {
      String line = lines.readLine();
      if (line == null || !line.startsWith(FreshnessReader.SAW)) {
        throw new IllegalStateException("The outside reader says: " + line);
      }
      String[] parts = line.substring(FreshnessReader.SAW.length()).split(" ");
      return new Sighting(
          Long.parseLong(parts[0]), Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every snapshot is the table at its sequence number: the beat is the last one up to it. */
  private void check(List<Sighting> sightings) {
    for (Sighting seen : sightings) {
      boolean written = sequences.get(seen.beat()) <= seen.sequence();
      boolean newest =
          seen.beat() + 1 == sequences.size() || sequences.get(seen.beat() + 1) > seen.sequence();
      WrongAnswerError.check(written && newest, "what an outside reader sees in a snapshot");
    }
  }

  private void report(FigureSink sink, List<Sighting> sightings) {
    Latencies delays = new Latencies(sequences.size());
    int at = 0;
    for (int beat = WARM_UP_BEATS; beat < sequences.size(); beat++) {
      while (sightings.get(at).beat() < beat) {
        at++;
      }
      delays.add(
          TimeUnit.MILLISECONDS.toNanos(sightings.get(at).millis() - writtenMillis.get(beat)));
    }
    sink.latencies(FreshnessSuite.DELAY, delays);
    sink.figure("snapshots seen", "snapshots", sightings.size());
  }
}
