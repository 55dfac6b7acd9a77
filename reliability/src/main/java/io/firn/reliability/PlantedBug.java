package io.firn.reliability;

/**
 * Deliberate bugs: a place in a source file, what stands there instead, and the campaign that must
 * find it. A place that is no longer there exactly once fails the campaign, so that a bug follows
 * the rule it breaks.
 */
@SuppressWarnings("StringConcatToTextBlock") // pieces of lines, with their line ends
enum PlantedBug {
  LOG_CHECKSUM_SKIPPED(
      "engine/src/main/java/io/firn/engine/internal/wal/SegmentReader.java",
      "(int) crc.getValue() == expected\n            && payload",
      "payload",
      "log-damage",
      4),
  ACKNOWLEDGED_BEFORE_SYNC(
      "engine/src/main/java/io/firn/engine/WritePath.java",
      "      awaitDurable(last);\n      state.publish(last);",
      "      state.publish(last);",
      "crash",
      40),
  LOG_RELEASED_BEFORE_THE_COMMIT(
      "engine/src/main/java/io/firn/engine/FlushPipeline.java",
      "    log.ensureDurable(flush.segment());\n",
      "    log.release(flush.segment());\n",
      "crash",
      200),
  DIRECTORY_NOT_SYNCED_AFTER_THE_COMMIT(
      "catalog/src/main/java/io/firn/catalog/PathTableOperations.java",
      "      storage.syncDirectory(metadataDirectory);\n    } catch (IOException e) {\n"
          + "      throw new NotDurableException(target, e);",
      "      storage.exists(metadataDirectory);\n    } catch (IOException e) {\n"
          + "      throw new NotDurableException(target, e);",
      "crash",
      400),
  VECTOR_REPLACED_INSTEAD_OF_UNITED(
      "catalog/src/main/java/io/firn/catalog/CommitChecks.java",
      "DeletionVector after = before.union(positions);\n"
          + "              if (after.cardinality() < before.cardinality()) {",
      "DeletionVector after = positions;\n              if (false) {",
      "metamorphic",
      4),
  COMPACTION_FORGETS_DELETED_ROWS(
      "compaction/src/main/java/io/firn/compaction/MergeInputs.java",
      "DeletionVector deleted = file.deleted();",
      "DeletionVector deleted = DeletionVector.EMPTY;",
      "metamorphic",
      4),
  SNAPSHOT_READS_LATER_WRITES(
      "engine/src/main/java/io/firn/engine/internal/memtable/MemtableCursor.java",
      "block[i] = versions.at(block[i], maxSequence);",
      "block[i] = versions.at(block[i], Math.max(maxSequence, Long.MAX_VALUE));",
      "metamorphic",
      4),
  SWEEPER_IGNORES_PINS(
      "compaction/src/main/java/io/firn/compaction/Sweeper.java",
      "Set<String> pinned = pins.pinnedPaths();\n",
      "Set<String> pinned = Set.of();\n",
      "pinned-scan",
      2),
  EPOCH_NOT_CHECKED(
      "catalog/src/main/java/io/firn/catalog/MetadataCommitter.java",
      "    if (current != epoch) {",
      "    if (current < epoch) {",
      "contest",
      10),
  UNKNOWN_TAKEN_FOR_FAILED(
      "catalog/src/main/java/io/firn/catalog/MetadataCommitter.java",
      "      interrupted |= Thread.interrupted();\n      return findOut(base, happened, e);",
      "      throw new StorageException(\"The commit to \" + table + \" failed\", e);",
      "unknown",
      40),
  MANIFESTS_NOT_CHECKED(
      "catalog/src/main/java/io/firn/catalog/CheckedFiles.java",
      "if (FileChecksums.of(bytes) != checksum) {",
      "if (bytes.length < 0) {",
      "file-damage",
      2),
  FAILED_SYNC_IGNORED(
      "engine/src/main/java/io/firn/engine/internal/wal/LogSegments.java",
      "      segment.file.sync();\n",
      "      try {\n        segment.file.sync();\n      } catch (IOException e) {\n"
          + "        LOG.debug(\"ignored\", e);\n      }\n",
      "faults",
      120);

  private final String source;
  private final String original;
  private final String replacement;
  private final String campaign;
  private final int rounds;

  PlantedBug(String source, String original, String replacement, String campaign, int rounds) {
    this.source = source;
    this.original = original;
    this.replacement = replacement;
    this.campaign = campaign;
    this.rounds = rounds;
  }

  /** The file, from the directory that holds the modules. */
  String source() {
    return source;
  }

  /** What stands there, once. */
  String original() {
    return original;
  }

  /** What is put in its place. */
  String replacement() {
    return replacement;
  }

  /** The campaign that finds it. */
  String campaign() {
    return campaign;
  }

  /** Within how many rounds. */
  int rounds() {
    return rounds;
  }
}
