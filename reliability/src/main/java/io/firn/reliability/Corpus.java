package io.firn.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The committed input that is mutated: one a line. */
final class Corpus {

  private Corpus() {}

  static List<String> lines(String name) throws IOException {
    try (InputStream file = Corpus.class.getResourceAsStream("/corpus/" + name)) {
      if (file == null) {
        throw new IOException("There is no corpus " + name);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
