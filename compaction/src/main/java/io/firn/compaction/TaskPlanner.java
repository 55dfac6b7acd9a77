package io.firn.compaction;

import io.firn.catalog.LiveFile;
import io.firn.catalog.Version;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.Projection;
import io.firn.format.TableSchema;
import io.firn.format.WriterOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Turns a plan into tasks: one, or several over key sub-ranges of about the same size, which are
 * found by reading a few keys of each input. Safe for use by many threads.
 */
public final class TaskPlanner {

  private static final int SAMPLES_PER_INPUT = 16;

  private final DataFileReaders readers;
  private final CompactionOptions options;
  private final String outputDirectory;

  public TaskPlanner(DataFileReaders readers, CompactionOptions options, String outputDirectory) {
    this.readers = readers;
    this.options = options;
    this.outputDirectory = outputDirectory;
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  private record Sample(byte[] key, long bytes) {}

  /**
   * The tasks of a plan, by key; empty if the version has lost an input of it.
   *
   * @param writer how outputs are written
   */
  public Optional<List<CompactionTask>> tasks(
      CompactionPlan plan, Version version, WriterOptions writer) {
    List<TaskInput> inputs = new ArrayList<>();
    for (CompactionFile input : plan.inputs()) {
      LiveFile live = version.file(input.path());
      if (live == null) {
        return Optional.empty();
      }
      inputs.add(TaskInput.of(live, input.range()));
    }
    TableSchema schema = version.schema();
    String jobId = UUID.randomUUID().toString();
    List<byte[]> splits = splits(plan, inputs, schema);
    List<CompactionTask> tasks = new ArrayList<>();
    for (int i = 0; i <= splits.size(); i++) {
      tasks.add(
          new CompactionTask(
              jobId,
              i,
              inputs,
              SubRange.between(
                  i == 0 ? null : splits.get(i - 1), i == splits.size() ? null : splits.get(i)),
              SchemaParser.toJson(schema.schema()),
              schema.keyFields().stream().map(NestedField::fieldId).toList(),
              writer,
              outputDirectory,
              plan.outputLevel(),
              options.targetFileBytes()));
    }
    return Optional.of(tasks);
  }

  private List<byte[]> splits(CompactionPlan plan, List<TaskInput> inputs, TableSchema schema) {
    long worthwhile = plan.inputBytes() / options.targetFileBytes();
    int count = (int) Math.min(options.subRangesMax(), worthwhile);
    if (count < 2) {
      return List.of();
    }
    List<Sample> samples = new ArrayList<>();
    for (TaskInput input : inputs) {
      sample(input, schema, samples);
    }
    samples.sort((a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
    long total = samples.stream().mapToLong(Sample::bytes).sum();
    List<byte[]> splits = new ArrayList<>();
    long below = 0;
    byte @Nullable [] last = null;
    for (Sample sample : samples) {
      boolean due = below * count >= total * (splits.size() + 1L);
      boolean isNew = last == null || Arrays.compareUnsigned(sample.key(), last) > 0;
      if (due && isNew && splits.size() < count - 1) {
        last = sample.key();
        splits.add(last);
      }
      below += sample.bytes();
    }
    return splits;
  }

  private void sample(TaskInput input, TableSchema schema, List<Sample> samples) {
    Projection keyColumns = Projection.of(schema, new Schema(schema.keyFields()));
    int count = (int) Math.min(SAMPLES_PER_INPUT, input.rowCount());
    try (DataFileReader reader = readers.open(input.path(), input.lengthBytes(), schema)) {
      for (int i = 0; i < count; i++) {
        byte[] key = schema.keys().encode(reader.read(input.rowCount() * i / count, keyColumns));
        samples.add(new Sample(key, input.lengthBytes() / count));
      }
    }
  }
}
