package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.error.FirnException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;

/** Tells a file of Iceberg's that cannot be parsed from one that cannot be read. */
final class MetadataDamage {

  private MetadataDamage() {}

  /**
   * What a parser threw: itself if it tells of Firn or of failed I/O, else the corruption that it
   * means. Iceberg's parsers throw whatever the bytes lead them to.
   */
  static RuntimeException of(String path, String what, RuntimeException thrown) {
    if (thrown instanceof FirnException || thrown instanceof NotFoundException) {
      return thrown;
    }
    boolean failedToRead =
        thrown instanceof RuntimeIOException || thrown instanceof UncheckedIOException;
    if (failedToRead && thrown.getCause() instanceof IOException) {
      return thrown;
    }
    return new CorruptionException(path, -1, what + ": " + thrown.getMessage(), thrown);
  }
}
