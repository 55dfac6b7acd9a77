package io.firn.storage;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells a full disk from a broken one. Java has no exception for it, only what the operating system
 * says: ENOSPC, EDQUOT, and what Windows calls them.
 */
public final class StorageFull {

  private static final List<String> SAID =
      List.of("no space left on device", "quota exceeded", "not enough space on the disk");

  private StorageFull() {}

  /** True if an {@link IOException} that says so is the error, or a cause of it. */
  public static boolean caused(@Nullable Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      String message = cause instanceof IOException ? cause.getMessage() : null;
      if (message != null && SAID.stream().anyMatch(message.toLowerCase(Locale.ROOT)::contains)) {
        return true;
      }
    }
    return false;
  }
}
