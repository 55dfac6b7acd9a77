package io.firn.catalog;

import io.firn.storage.StoragePaths;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of Firn's Puffin files: {@code dv-<epoch>-<uuid>-<crc>.puffin}, where the last part is
 * the CRC-32C of the file in eight hexadecimal digits; older files have none.
 */
final class DeletionVectorName {
  private static final Pattern NAME =
      Pattern.compile("dv-[0-9]+-[0-9a-f-]{36}(-[0-9a-f]{8})?\\.puffin");

  private DeletionVectorName() {}

  static String of(long epoch, UUID id, int checksum) {
    return "dv-" + epoch + "-" + id + "-" + FileChecksums.hex(checksum) + ".puffin";
  }

  /** The checksum in the name, null if it has none or is not ours. */
  static @Nullable Integer checksum(String path) {
    Matcher matcher = NAME.matcher(StoragePaths.name(path));
    String digits = matcher.matches() ? matcher.group(1) : null;
    return digits == null ? null : Integer.parseUnsignedInt(digits.substring(1), 16);
  }

  /** True if a file of this path could be ours. */
  static boolean isOurs(String path) {
    return NAME.matcher(StoragePaths.name(path)).matches();
  }
}
