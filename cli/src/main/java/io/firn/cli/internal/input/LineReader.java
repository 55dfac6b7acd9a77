package io.firn.cli.internal.input;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/** Opens text files: UTF-8, where anything else is an error rather than a question mark. */
final class LineReader {

  private static final int BUFFER_CHARACTERS = 1 << 16;

  private LineReader() {}

  static BufferedReader open(InputFile file) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(file.path()),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)),
            BUFFER_CHARACTERS);
    reader.mark(1);
    if (reader.read() != '\uFEFF') {
      reader.reset();
    }
    return reader;
  }

  static BadInputException notReadable(String place, Exception e) {
    boolean encoding =
        e instanceof CharacterCodingException || e.getCause() instanceof CharacterCodingException;
    return new BadInputException(
        place + ": not readable: " + (encoding ? "not UTF-8 text" : e.getMessage()), e);
  }
}
