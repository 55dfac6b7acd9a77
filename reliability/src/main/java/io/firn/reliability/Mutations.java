package io.firn.reliability;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Small changes of bytes and of text. */
final class Mutations {

  private static final String[] TOKENS = {
    "",
    " ",
    "-1",
    "0",
    "9223372036854775808",
    "999999999999999999999",
    "'",
    "\"",
    "--",
    "\u0000",
    "null",
    "NaN",
    "1e400",
    "\uD800",
    "é",
    "=",
    ",",
    "(",
    ")",
    "/..",
    "%s"
  };

  private Mutations() {}

  /** One to four changes: bits, bytes, cut, doubled, filled. */
  static byte[] of(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(16));
        case 4 ->
            Arrays.fill(
                bytes,
                at,
                Math.min(bytes.length, at + 1 + random.nextInt(8)),
                (byte) (random.nextBoolean() ? 0 : 0xFF));
        default ->
            System.arraycopy(
                original, 0, bytes, 0, Math.min(Math.min(at, original.length), bytes.length));
      }
    }
    return bytes;
  }

  /** One to three changes: characters, tokens, cut. */
  static String of(String original, Random random) {
    StringBuilder text = new StringBuilder(original);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, TOKENS[random.nextInt(TOKENS.length)]);
        case 1 -> text.setLength(at);
        case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(6)));
        default -> text.insert(at, (char) (32 + random.nextInt(95)));
      }
    }
    return new String(text.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
