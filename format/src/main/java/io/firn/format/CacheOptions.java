package io.firn.format;

import io.firn.error.InvalidArgumentException;

/**
 * How much memory {@link DataFileReaders} may keep.
 *
 * @param pageBytes decoded pages and dictionaries
 * @param indexBytes page layouts, key indexes and key filters of open files. Files in use are
 *     counted but stay open beyond it
 * @param openFiles how many files stay open when nobody uses them
 */
public record CacheOptions(long pageBytes, long indexBytes, int openFiles) {

  public CacheOptions {
    if (pageBytes < 0 || indexBytes < 0 || openFiles < 0) {
      throw new InvalidArgumentException(
          "cache sizes must not be negative: pageBytes="
              + pageBytes
              + ", indexBytes="
              + indexBytes
              + ", openFiles="
              + openFiles);
    }
  }

  /** 256 MiB of pages, 128 MiB of indexes, 512 open files. */
  public static CacheOptions defaults() {
    return new CacheOptions(256L << 20, 128L << 20, 512);
  }

  /** Other space for decoded pages. */
  public CacheOptions withPageBytes(long bytes) {
    return new CacheOptions(bytes, indexBytes, openFiles);
  }

  /** Other space for indexes. */
  public CacheOptions withIndexBytes(long bytes) {
    return new CacheOptions(pageBytes, bytes, openFiles);
  }

  /** Another number of files that stay open unused. */
  public CacheOptions withOpenFiles(int files) {
    return new CacheOptions(pageBytes, indexBytes, files);
  }
}
