package io.firn.format;

/**
 * What a {@link DataFileReaders} has done since it was made.
 *
 * @param filesOpened files opened on storage
 * @param reads calls to storage
 * @param bytesRead bytes read from storage
 * @param pagesDecoded data pages decompressed and decoded
 * @param dictionariesDecoded dictionary pages decompressed and decoded
 * @param cachedBytes bytes of decoded pages and dictionaries held now
 * @param cachedPages decoded pages held now
 * @param spilledBytes rows held on local disk now, see {@link RowSpill}
 */
public record ReadCounters(
    long filesOpened,
    long reads,
    long bytesRead,
    long pagesDecoded,
    long dictionariesDecoded,
    long cachedBytes,
    long cachedPages,
    long spilledBytes) {

  /** What happened since an earlier moment; the cache's content is the present one. */
  public ReadCounters since(ReadCounters earlier) {
    return new ReadCounters(
        filesOpened - earlier.filesOpened,
        reads - earlier.reads,
        bytesRead - earlier.bytesRead,
        pagesDecoded - earlier.pagesDecoded,
        dictionariesDecoded - earlier.dictionariesDecoded,
        cachedBytes,
        cachedPages,
        spilledBytes);
  }
}
