package io.firn.catalog;

import io.firn.storage.StoragePaths;
import java.util.UUID;
import java.util.regex.Pattern;

/** The names of Firn's Puffin files: {@code dv-<epoch>-<uuid>.puffin}. */
final class DeletionVectorName {
  private static final Pattern NAME = Pattern.compile("dv-[0-9]+-[0-9a-f-]{36}\\.puffin");

  private DeletionVectorName() {}

  static String of(long epoch, UUID id) {
    return "dv-" + epoch + "-" + id + ".puffin";
  }

  /** True if a file of this path could be ours. */
  static boolean isOurs(String path) {
    return NAME.matcher(StoragePaths.name(path)).matches();
  }
}
