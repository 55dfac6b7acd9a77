package io.firn.readers;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows as one text that every language can make: values by bars, rows by line feeds. */
final class Digest {

  private Digest() {}

  /** One row. */
  static String row(List<@Nullable Object> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining("|"));
  }

  /** The first 16 hexadecimal digits of the SHA-256 of rows, in the order of their keys. */
  static String of(List<String> rows) {
    try {
      byte[] bytes =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\n", rows).getBytes(StandardCharsets.UTF_8));
      return rows.size() + ":" + HexFormat.of().formatHex(bytes, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
