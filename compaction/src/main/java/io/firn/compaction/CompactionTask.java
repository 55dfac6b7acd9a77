package io.firn.compaction;

import io.firn.format.TableSchema;
import io.firn.format.WriterOptions;
import java.io.Serializable;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;

/**
 * The rewriting of one key sub-range of a plan: everything that a worker needs to know, in this
 * process or in another. Immutable and serialisable.
 *
 * @param jobId the same for all tasks of a plan
 * @param number which of the job's sub-ranges this is
 * @param inputs the files; several tasks of a job read the same ones
 * @param keys the sub-range
 * @param schemaJson the table's schema, as Iceberg writes it
 * @param keyFieldIds the key columns in key order
 * @param writer how outputs are written
 * @param outputDirectory where outputs go
 * @param outputLevel the level that their names hint at
 * @param targetFileBytes an output ends soon after this many bytes
 */
public record CompactionTask(
    String jobId,
    int number,
    List<TaskInput> inputs,
    SubRange keys,
    String schemaJson,
    List<Integer> keyFieldIds,
    WriterOptions writer,
    String outputDirectory,
    int outputLevel,
    long targetFileBytes)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  public CompactionTask {
    inputs = List.copyOf(inputs);
    keyFieldIds = List.copyOf(keyFieldIds);
  }

  /** The schema by which inputs are read and outputs written. */
  public TableSchema tableSchema() {
    Schema schema = SchemaParser.fromJson(schemaJson);
    return TableSchema.of(schema, keyFieldIds);
  }
}
