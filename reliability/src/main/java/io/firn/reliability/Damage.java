package io.firn.reliability;

import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One file of an image, damaged in one way.
 *
 * @param path the file
 * @param content what it holds then; null if it is deleted
 * @param what what was done to it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Damage(String path, byte @Nullable [] content, String what) {

  private static final int EXHAUSTIVE_BYTES = 32 << 10;
  private static final int RANDOM_BITS_MAX = 100;

  /** The image with this damage, in a storage of its own. */
  CrashStorage in(Image image) throws IOException {
    return image.with(path, content);
  }

  @Override
  public String toString() {
    return StoragePaths.name(path) + ", " + what;
  }

  /** One slice of all the bits of a file up to 32 KiB, each flipped. */
  static List<Damage> flips(Image image, String path, int slice, int slices) {
    byte[] bytes = image.file(path);
    List<Damage> flips = new ArrayList<>();
    int exhaustive = Math.min(bytes.length, EXHAUSTIVE_BYTES) * 8;
    for (int bit = slice % slices; bit < exhaustive; bit += slices) {
      flips.add(flip(path, bytes, bit));
    }
    return flips;
  }

  /** Random bits of a file beyond 32 KiB, each flipped. */
  static List<Damage> flipsBeyond(Image image, String path, Random random) {
    byte[] bytes = image.file(path);
    List<Damage> flips = new ArrayList<>();
    for (int i = 0; i < Math.min(RANDOM_BITS_MAX, (bytes.length - EXHAUSTIVE_BYTES) / 64); i++) {
      int at = EXHAUSTIVE_BYTES + random.nextInt(bytes.length - EXHAUSTIVE_BYTES);
      flips.add(flip(path, bytes, at * 8 + random.nextInt(8)));
    }
    return flips;
  }

  private static Damage flip(String path, byte[] bytes, int bit) {
    byte[] flipped = bytes.clone();
    flipped[bit / 8] ^= (byte) (1 << bit % 8);
    return new Damage(path, flipped, "bit " + bit % 8 + " of byte " + bit / 8 + " flipped");
  }

  /** A file cut, extended, zeroed in part, deleted, or replaced by another of its kind. */
  static List<Damage> coarse(Image image, String path, Random random) {
    byte[] bytes = image.file(path);
    List<Damage> all = new ArrayList<>();
    int cut = random.nextInt(Math.max(1, bytes.length));
    all.add(new Damage(path, Arrays.copyOf(bytes, cut), "cut at byte " + cut));
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(600));
    all.add(new Damage(path, longer, "extended to " + longer.length));
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(512));
    byte[] zeroed = bytes.clone();
    Arrays.fill(zeroed, Math.min(from, to), to, (byte) 0);
    all.add(new Damage(path, zeroed, "zeroed from " + from + " to " + to));
    all.add(new Damage(path, null, "deleted"));
    List<String> others =
        image.files().keySet().stream()
            .filter(other -> !other.equals(path) && kind(other).equals(kind(path)))
            .toList();
    if (!others.isEmpty()) {
      String other = others.get(random.nextInt(others.size()));
      all.add(new Damage(path, image.file(other), "replaced by " + StoragePaths.name(other)));
    }
    return all;
  }

  /** What a file is for, by its name. */
  static String kind(String path) {
    String name = StoragePaths.name(path);
    return (name.startsWith("snap-") ? "snap" : "") + name.substring(name.indexOf('.') + 1);
  }

  /** True if the file is not what it was: zeroing zeros, or a copy of the same, damages nothing. */
  boolean changes(Image image) {
    return !Arrays.equals(content, image.file(path));
  }
}
