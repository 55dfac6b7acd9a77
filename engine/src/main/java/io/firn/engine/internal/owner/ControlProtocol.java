package io.firn.engine.internal.owner;

import io.firn.error.ClosedException;
import io.firn.error.EngineFailedException;
import io.firn.error.FencedException;
import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.StorageException;
import io.firn.error.WriteStalledException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The words on the control socket. A request is one line of UTF-8, {@code firn/1 verb name=value
 * ...}; names and values have neither spaces nor line ends. The answer is a line {@code ok bytes}
 * or {@code err kind bytes}, followed by that many bytes of text. One request a connection.
 */
final class ControlProtocol {

  static final String PING = "ping";

  private static final String VERSION = "firn/1";
  private static final int LINE_BYTES_MAX = 4096;
  private static final int ANSWER_BYTES_MAX = 1 << 24;

  private ControlProtocol() {}

  record Request(String verb, Map<String, String> arguments) {

    byte[] encode() {
      StringBuilder line = new StringBuilder(VERSION).append(' ').append(word(verb));
      arguments.forEach(
          (name, value) -> line.append(' ').append(word(name)).append('=').append(word(value)));
      return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String word(String text) {
      if (text.isEmpty() || text.chars().anyMatch(Character::isWhitespace)) {
        throw new InvalidArgumentException("Not a word of the control protocol: '" + text + "'");
      }
      return text;
    }
  }

  static Request readRequest(InputStream in) throws IOException {
    String[] words = readLine(in).split(" ", -1);
    if (words.length < 2 || !words[0].equals(VERSION)) {
      throw new InvalidArgumentException(
          "Not a request of " + VERSION + "; both sides must have the same version of Firn");
    }
    Map<String, String> arguments = new LinkedHashMap<>();
    for (int i = 2; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      if (equals <= 0) {
        throw new InvalidArgumentException("Not an argument: " + words[i]);
      }
      arguments.put(words[i].substring(0, equals), words[i].substring(equals + 1));
    }
    return new Request(words[1], arguments);
  }

  private static String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("The connection ended within a line");
      }
      if (line.size() == LINE_BYTES_MAX) {
        throw new InvalidArgumentException("A line longer than " + LINE_BYTES_MAX + " bytes");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  static byte[] answer(String text) {
    return answer("ok", text);
  }

  static byte[] error(Throwable error) {
    String message = error.getMessage();
    return answer(
        "err " + error.getClass().getSimpleName(), message == null ? error.toString() : message);
  }

  private static byte[] answer(String head, String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    byte[] line = (head + " " + body.length + "\n").getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream all = new ByteArrayOutputStream(line.length + body.length);
    all.writeBytes(line);
    all.writeBytes(body);
    return all.toByteArray();
  }

  /** The text of a good answer; a bad one is thrown as the error it names. */
  static String readAnswer(InputStream in) throws IOException {
    String[] head = readLine(in).split(" ", -1);
    boolean good = head.length == 2 && head[0].equals("ok");
    if (!good && !(head.length == 3 && head[0].equals("err"))) {
      throw new IOException("Not an answer of " + VERSION);
    }
    int length = length(head[head.length - 1]);
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("The connection ended within an answer");
    }
    String text = new String(body, StandardCharsets.UTF_8);
    if (good) {
      return text;
    }
    throw named(head[1], text);
  }

  private static int length(String digits) throws IOException {
    try {
      int length = Integer.parseInt(digits);
      if (length >= 0 && length <= ANSWER_BYTES_MAX) {
        return length;
      }
    } catch (NumberFormatException e) {
      throw new IOException("Not a length: " + digits, e);
    }
    throw new IOException("Not a length: " + digits);
  }

  private static FirnException named(String kind, String message) {
    return switch (kind) {
      case "InvalidArgumentException" -> new InvalidArgumentException(message);
      case "ClosedException" -> new ClosedException(message);
      case "StorageException" -> new StorageException(message);
      case "FencedException" -> new FencedException(message);
      case "WriteStalledException" -> new WriteStalledException(message);
      case "EngineFailedException" -> new EngineFailedException(message);
      default -> new EngineFailedException(kind + ": " + message);
    };
  }
}
