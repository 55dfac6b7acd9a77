package io.firn.cli.internal.text;

import io.firn.error.InvalidArgumentException;
import java.util.Locale;

/**
 * A place in a short text that is being parsed. Errors name the position, counted from 1, and show
 * the text with a caret under it. Not safe for use by several threads.
 */
final class TextCursor {

  private final String what;
  private final String text;
  private int position;

  /**
   * @param what how errors call the text, for instance {@code --where}
   */
  TextCursor(String what, String text) {
    this.what = what;
    this.text = text;
  }

  int position() {
    return position;
  }

  void moveTo(int newPosition) {
    position = newPosition;
  }

  void skipSpace() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  /** True at the end of the text, after space. */
  boolean atEnd() {
    skipSpace();
    return position == text.length();
  }

  /** The next character after space, or 0 at the end. Consumes the space only. */
  char peek() {
    return atEnd() ? 0 : text.charAt(position);
  }

  /** Consumes {@code symbol} if it comes next. */
  boolean accept(String symbol) {
    skipSpace();
    if (text.startsWith(symbol, position)) {
      position += symbol.length();
      return true;
    }
    return false;
  }

  void expect(String symbol) {
    if (!accept(symbol)) {
      throw errorHere("expected '" + symbol + "'" + found());
    }
  }

  /** Consumes a word that equals {@code keyword} without regard to case, if it comes next whole. */
  boolean acceptWord(String keyword) {
    skipSpace();
    int end = position + keyword.length();
    if (!text.regionMatches(true, position, keyword, 0, keyword.length())
        || (end < text.length() && isWordPart(text.charAt(end)))) {
      return false;
    }
    position = end;
    return true;
  }

  boolean peekWord(String keyword) {
    skipSpace();
    int start = position;
    boolean found = acceptWord(keyword);
    position = start;
    return found;
  }

  /** A name: a bare word, or any text between double quotes or backquotes. */
  String name(String expected) {
    char first = peek();
    if (first == '"' || first == '`') {
      return quoted(first);
    }
    String word = bareWord();
    if (word.isEmpty()) {
      throw errorHere("expected " + expected + found());
    }
    return word;
  }

  /** The longest run of letters, digits, {@code _} and {@code $}; may be empty. */
  String bareWord() {
    skipSpace();
    int start = position;
    while (position < text.length() && isWordPart(text.charAt(position))) {
      position++;
    }
    return text.substring(start, position);
  }

  /** Text between two {@code quote} characters; a doubled one inside stands for itself. */
  String quoted(char quote) {
    int start = position;
    StringBuilder content = new StringBuilder();
    position++;
    while (position < text.length()) {
      char c = text.charAt(position++);
      if (c != quote) {
        content.append(c);
      } else if (position < text.length() && text.charAt(position) == quote) {
        content.append(quote);
        position++;
      } else {
        return content.toString();
      }
    }
    throw errorAt(start, "no closing " + quote + " for this one");
  }

  /** The longest run of characters a number can have; may be empty. */
  String numberText() {
    skipSpace();
    int start = position;
    while (position < text.length() && isNumberPart(start)) {
      position++;
    }
    return text.substring(start, position);
  }

  private boolean isNumberPart(int start) {
    char c = text.charAt(position);
    if (c == '+' || c == '-') {
      return position == start || Character.toLowerCase(text.charAt(position - 1)) == 'e';
    }
    return Character.isDigit(c) || c == '.' || ((c == 'e' || c == 'E') && position > start);
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  /** What stands at the cursor, for a message that began with what was expected. */
  String found() {
    if (atEnd()) {
      return ", found the end";
    }
    int start = position;
    String word = bareWord();
    position = start;
    return ", found '" + (word.isEmpty() ? text.substring(start, start + 1) : word) + "'";
  }

  InvalidArgumentException errorHere(String message) {
    skipSpace();
    return errorAt(position, message);
  }

  InvalidArgumentException errorAt(int where, String message) {
    String line = text.replace('\n', ' ').replace('\t', ' ').replace('\r', ' ');
    return new InvalidArgumentException(
        String.format(
            Locale.ROOT,
            "%s, position %d: %s%n  %s%n  %s^",
            what,
            where + 1,
            message,
            line,
            " ".repeat(where)));
  }
}
