package io.firn.catalog;

import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a table is where its metadata says. */
final class TablePlace {

  private static final Logger LOG = LoggerFactory.getLogger(TablePlace.class);

  private TablePlace() {}

  /** Refuses a directory that was copied or moved; see {@link TableStore#checkPlace}. */
  static void check(TableLocation location, String named) {
    if (location instanceof TableLocation.OfPath path) {
      Path opened = Path.of(path.directory());
      Path own = Path.of(StoragePaths.withoutFileScheme(named)).normalize();
      if (!opened.equals(own) && !isSame(opened, own)) {
        throw new UnsupportedFeatureException(
            "The table at " + opened + " is a copy: by its metadata its place is " + own);
      }
    }
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return one.toRealPath().equals(other.toRealPath());
    } catch (IOException e) {
      LOG.debug("One of {} and {} does not exist", one, other, e);
      return false;
    }
  }
}
