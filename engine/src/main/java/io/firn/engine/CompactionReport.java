package io.firn.engine;

/**
 * What an explicit compaction did.
 *
 * @param jobs jobs committed
 * @param filesMoved files that changed their level without being read or written
 * @param filesIn input files
 * @param filesOut output files
 * @param bytesIn bytes of the inputs
 * @param bytesOut bytes of the outputs
 * @param rowsDropped masked rows that are gone from the files
 */
public record CompactionReport(
    int jobs,
    int filesMoved,
    int filesIn,
    int filesOut,
    long bytesIn,
    long bytesOut,
    long rowsDropped) {}
