package io.firn.testkit;

import io.firn.storage.StoragePaths;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;

/**
 * A set of paths, given as a glob over the whole path: {@code **} crosses directories, {@code *}
 * does not. Immutable.
 */
public final class PathPattern {

  private static final PathPattern ANY = new PathPattern("**");

  private final String glob;
  private final PathMatcher matcher;

  private PathPattern(String glob) {
    this.glob = glob;
    this.matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
  }

  /** Every path. */
  public static PathPattern any() {
    return ANY;
  }

  /** The paths a glob matches, such as {@code **}{@code /wal/*}. */
  public static PathPattern glob(String glob) {
    return new PathPattern(glob);
  }

  /** True if the path, without a {@code file:} scheme, belongs to the set. */
  public boolean matches(String path) {
    return this == ANY || matcher.matches(Path.of(StoragePaths.withoutFileScheme(path)));
  }

  @Override
  public String toString() {
    return glob;
  }
}
