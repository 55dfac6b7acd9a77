package io.firn.storages;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local files under a scheme of which nobody knows that its rename refuses a name in use. */
public final class OverwritingFileSystem extends RawLocalFileSystem {

  static final String SCHEME = "overwriting";

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }
}
