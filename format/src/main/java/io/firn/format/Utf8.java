package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.nio.charset.StandardCharsets;

/** Strings as UTF-8, refusing what has no encoding instead of replacing it. */
final class Utf8 {

  private Utf8() {}

  /**
   * Appends a string's encoding.
   *
   * @throws InvalidArgumentException for an unpaired surrogate; {@code path} names the column
   */
  static void append(CharSequence text, ByteBuilder target, String path) {
    int chars = text.length();
    int start = target.extend(chars);
    byte[] bytes = target.array();
    int i = 0;
    while (i < chars) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        break;
      }
      bytes[start + i] = (byte) c;
      i++;
    }
    if (i < chars) {
      target.truncate(start + i);
      appendRest(text, i, target, path);
    }
  }

  private static void appendRest(CharSequence text, int from, ByteBuilder target, String path) {
    int chars = text.length();
    int start = target.length();
    target.extend(Math.multiplyExact(chars - from, 3));
    byte[] bytes = target.array();
    int at = start;
    for (int i = from; i < chars; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes[at++] = (byte) c;
      } else if (c < 0x800) {
        bytes[at++] = (byte) (0xC0 | c >> 6);
        bytes[at++] = continuation(c);
      } else if (!Character.isSurrogate(c)) {
        bytes[at++] = (byte) (0xE0 | c >> 12);
        bytes[at++] = continuation(c >> 6);
        bytes[at++] = continuation(c);
      } else {
        char low = i + 1 < chars ? text.charAt(i + 1) : 0;
        if (!Character.isSurrogatePair(c, low)) {
          throw new InvalidArgumentException(
              "Column " + path + ": the string is not valid Unicode, unpaired surrogate at " + i);
        }
        int point = Character.toCodePoint(c, low);
        i++;
        bytes[at++] = (byte) (0xF0 | point >> 18);
        bytes[at++] = continuation(point >> 12);
        bytes[at++] = continuation(point >> 6);
        bytes[at++] = continuation(point);
      }
    }
    target.truncate(at);
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }

  static String decode(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }
}
