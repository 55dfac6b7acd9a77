package io.firn.catalog;

import io.firn.format.WrittenFile;
import java.util.List;
import java.util.Map;

/**
 * What a compaction commits, in one snapshot that changes no row: the inputs and their deletion
 * vectors go, the outputs come.
 *
 * @param inputs files of the version that the commit was prepared for, as they stand in it; if one
 *     has another deletion vector by then, the commit is prepared again
 * @param outputs the files that replace them, durable already; empty if no row was left
 * @param outputDeletes per output path, the positions deleted since the inputs were read; absent
 *     for none
 * @param summary further entries for the snapshot's summary
 * @param supersededRows how many live rows of the inputs are left out because a newer row has the
 *     same key, as another engine's append can bring; apart from these, the outputs must have as
 *     many live rows as the inputs, or the commit is refused
 */
public record RewriteCommit(
    List<LiveFile> inputs,
    List<WrittenFile> outputs,
    Map<String, DeletionVector> outputDeletes,
    Map<String, String> summary,
    long supersededRows) {

  public RewriteCommit {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    outputDeletes = Map.copyOf(outputDeletes);
    summary = Map.copyOf(summary);
  }

  /** A compaction that leaves out no row. */
  public RewriteCommit(
      List<LiveFile> inputs,
      List<WrittenFile> outputs,
      Map<String, DeletionVector> outputDeletes,
      Map<String, String> summary) {
    this(inputs, outputs, outputDeletes, summary, 0);
  }
}
