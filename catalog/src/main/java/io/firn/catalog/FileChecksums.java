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

  /**
   * The files of a snapshot, checked as they are read.
   *
   * @throws CorruptionException if the manifest list differs from its checksum
   */
  static FileIO checked(FileIO io, Snapshot snapshot) {
    return new CheckedFiles(io, of(io, snapshot));
  }

  /** The checksums of the files of a snapshot, by path, as far as they are known. */
  static Map<String, Integer> of(FileIO io, @Nullable Snapshot snapshot) {
    String[] known = snapshot == null ? new String[0] : entries(snapshot);
    Map<String, Integer> checksums = new HashMap<>();
    if (snapshot == null || known.length == 0) {
      return checksums;
    }
    String list = snapshot.manifestListLocation();
    checksums.put(list, parse(known[0], list));
    List<ManifestFile> manifests = manifests(new CheckedFiles(io, checksums), snapshot);
    if (manifests.size() != known.length - 1) {
      throw new CorruptionException(
          list, -1, manifests.size() + " manifests where the snapshot has " + (known.length - 1));
    }
    for (int i = 0; i < manifests.size(); i++) {
      if (!known[i + 1].equals(UNKNOWN)) {
        checksums.put(manifests.get(i).path(), parse(known[i + 1], list));
      }
    }
    return checksums;
  }

  /** The manifests of a snapshot; a list that cannot be parsed is damaged. */
  static List<ManifestFile> manifests(FileIO io, Snapshot snapshot) {
    try {
      return snapshot.allManifests(io);
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
