package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import io.firn.storage.StoragePaths;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of Firn's data files: {@code L<level>-<epoch>-<counter>-<8 hex>.parquet}. The level is
 * a hint only; epoch, counter and random digits make the name unique without a look at storage.
 */
final class DataFileName {
  static final int MAX_LEVEL = 99;

  private static final Pattern NAME =
      Pattern.compile("L([0-9]{1,2})-[0-9]+-[0-9]+-[0-9a-f]{8}\\.parquet");

  private DataFileName() {}

  static String of(int level, long epoch, long counter, int random) {
    if (level < 0 || level > MAX_LEVEL) {
      throw new InvalidArgumentException("No level " + level + ": levels are 0 to " + MAX_LEVEL);
    }
    return String.format(Locale.ROOT, "L%d-%d-%d-%08x.parquet", level, epoch, counter, random);
  }

  /** True if a file of this path could be ours. */
  static boolean isOurs(String path) {
    return NAME.matcher(StoragePaths.name(path)).matches();
  }

  /** The level in the name, 0 for a name that is not ours. */
  static int levelOf(String path) {
    Matcher matcher = NAME.matcher(StoragePaths.name(path));
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
