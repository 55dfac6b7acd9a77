package io.firn.cli.internal.output;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Where a command's data and its remarks go. Data goes to {@code out}, everything else to {@code
 * err}.
 *
 * @param out for data
 * @param err for messages and progress
 * @param interaction whether a person watches
 * @param symbols whether {@code out} shows more than ASCII
 */
public record Terminal(PrintStream out, PrintStream err, Interaction interaction, Symbols symbols) {

  private static final int OUTPUT_BUFFER_BYTES = 1 << 16;

  /** Whether a person watches the output. */
  public enum Interaction {
    PERSON,
    SCRIPT
  }

  /** Which characters can be shown. */
  public enum Symbols {
    UNICODE,
    ASCII
  }

  /**
   * The terminal or the pipes of this process. Java cannot tell them apart; the launcher does, by
   * the system property {@code firn.terminal}.
   */
  public static Terminal ofProcess() {
    boolean person = Boolean.getBoolean("firn.terminal");
    Charset charset =
        System.getenv("LC_ALL") == null && System.getenv("LANG") == null
            ? StandardCharsets.US_ASCII
            : Charset.defaultCharset();
    boolean unicode = charset.newEncoder().canEncode('█');
    return new Terminal(
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER_BYTES),
            false,
            StandardCharsets.UTF_8),
        System.err,
        person ? Interaction.PERSON : Interaction.SCRIPT,
        unicode ? Symbols.UNICODE : Symbols.ASCII);
  }

  /** A remark for the person or the log, on {@code err}. */
  public void say(String message) {
    out.flush();
    err.println(message);
    err.flush();
  }

  /** A line of data, on {@code out}. */
  public void print(String line) {
    out.println(line);
  }

  /** True if whoever read {@code out} has gone away; there is no point in writing more. */
  public boolean readerGone() {
    return out.checkError();
  }
}
