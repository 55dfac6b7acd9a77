package io.firn.catalog;

import io.firn.error.CorruptionException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * The checksums of a snapshot's manifest list and manifests, as the summary of a snapshot of Firn's
 * carries them: CRC-32C in eight hexadecimal digits, the list's first, then the manifests' in the
 * order of the list, separated by commas. A manifest of another engine has none, a dash stands for
 * it.
 */
final class FileChecksums {

  private static final String UNKNOWN = "-";

  private FileChecksums() {}

  /** The checksum of a snapshot's manifest list, null if it has none. */
  static @Nullable Integer ofList(Snapshot snapshot) {
    String[] known = entries(snapshot);
    return known.length == 0 ? null : parse(known[0], snapshot.manifestListLocation());
  }

  /**
   * The checksums of the files of a snapshot, by path, as far as they are known.
   *
   * @param manifests all manifests of the snapshot
   * @throws CorruptionException if the snapshot had another number of them
   */
  static Map<String, Integer> of(Snapshot snapshot, List<ManifestFile> manifests) {
    String[] known = entries(snapshot);
    Map<String, Integer> checksums = new HashMap<>();
    if (known.length == 0) {
      return checksums;
    }
    String list = snapshot.manifestListLocation();
    if (manifests.size() != known.length - 1) {
      throw new CorruptionException(
          list, -1, manifests.size() + " manifests where the snapshot has " + (known.length - 1));
    }
    checksums.put(list, parse(known[0], list));
    for (int i = 0; i < manifests.size(); i++) {
      if (!known[i + 1].equals(UNKNOWN)) {
        checksums.put(manifests.get(i).path(), parse(known[i + 1], list));
      }
    }
    return checksums;
  }

  /**
   * The manifests of a snapshot.
   *
   * @throws CorruptionException if the manifest list differs from its checksum, or is none
   */
  static List<ManifestFile> checkedManifests(FileIO io, Snapshot snapshot) {
    Integer checksum = ofList(snapshot);
    FileIO checked =
        checksum == null
            ? io
            : new CheckedFiles(io, Map.of(snapshot.manifestListLocation(), checksum));
    try {
      return snapshot.allManifests(checked);
    } catch (RuntimeException e) {
      throw MetadataDamage.of(snapshot.manifestListLocation(), "this is no manifest list", e);
    }
  }

  /** The value of the summary of a snapshot whose manifests are known. */
  static String summaryValue(Snapshot snapshot, FileIO io, Map<String, Integer> checksums) {
    StringBuilder value = new StringBuilder(text(checksums, snapshot.manifestListLocation()));
    for (ManifestFile manifest : snapshot.allManifests(io)) {
      value.append(',').append(text(checksums, manifest.path()));
    }
    return value.toString();
  }

  private static String text(Map<String, Integer> checksums, String path) {
    Integer checksum = checksums.get(path);
    return checksum == null ? UNKNOWN : hex(checksum);
  }

  private static String[] entries(Snapshot snapshot) {
    Map<String, String> summary = snapshot.summary();
    String value = summary == null ? null : summary.get(SummaryKeys.CHECKSUMS);
    return value == null || value.startsWith(UNKNOWN) ? new String[0] : value.split(",", -1);
  }

  private static int parse(String text, String list) {
    try {
      return Integer.parseUnsignedInt(text, 16);
    } catch (NumberFormatException e) {
      throw new CorruptionException(list, -1, "the snapshot's checksums are no numbers", e);
    }
  }

  /** A CRC-32C as it stands in names and summaries. */
  static String hex(int checksum) {
    return String.format(Locale.ROOT, "%08x", checksum);
  }

  /** The CRC-32C of bytes. */
  static int of(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return (int) crc.getValue();
  }
}
