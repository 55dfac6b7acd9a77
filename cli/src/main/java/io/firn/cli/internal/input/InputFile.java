package io.firn.cli.internal.input;

import io.firn.error.InvalidArgumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import org.apache.iceberg.Schema;

/**
 * A file to load, as it was when it was named. It can be read several times, and {@link
 * #checkUnchanged} tells whether it is still the same.
 *
 * @param path where it is
 * @param format how to read it
 * @param header whether a CSV file's first line names the columns
 * @param lengthBytes its length
 * @param modified its last modification
 */
public record InputFile(
    Path path, Format format, Header header, long lengthBytes, FileTime modified) {

  /** The formats of input files. */
  public enum Format {
    CSV,
    JSONL,
    PARQUET;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether the first line of a CSV file names the columns. */
  public enum Header {
    PRESENT,
    ABSENT
  }

  /**
   * Names a file.
   *
   * @throws InvalidArgumentException if it is not a readable file
   */
  public static InputFile of(Path path, Format format, Header header) {
    if (!Files.exists(path)) {
      throw new InvalidArgumentException("No such file: " + path);
    }
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw new InvalidArgumentException("Not a readable file: " + path);
    }
    try {
      return new InputFile(path, format, header, Files.size(path), Files.getLastModifiedTime(path));
    } catch (IOException e) {
      throw new BadInputException("Cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * The format a file's name tells.
   *
   * @throws InvalidArgumentException if it tells none
   */
  public static Format formatOf(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return Format.CSV;
    }
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".json")) {
      return Format.JSONL;
    }
    if (name.endsWith(".parquet")) {
      return Format.PARQUET;
    }
    throw new InvalidArgumentException(
        "The name of " + path + " does not tell its format; say --format csv, jsonl or parquet");
  }

  /**
   * Starts to read the rows of the file as rows of a schema.
   *
   * @throws BadInputException if the file's columns do not fit the schema, or it cannot be read
   */
  public RowSource open(Schema schema) {
    return switch (format) {
      case CSV -> CsvRows.open(this, schema);
      case JSONL -> JsonlRows.open(this, schema);
      case PARQUET -> ParquetRows.open(this, schema);
    };
  }

  /**
   * Makes sure the file is the one that was named.
   *
   * @throws BadInputException if it has changed since
   */
  public void checkUnchanged() {
    try {
      if (Files.size(path) == lengthBytes && Files.getLastModifiedTime(path).equals(modified)) {
        return;
      }
    } catch (IOException e) {
      throw new BadInputException("Cannot read " + path + " again: " + e.getMessage(), e);
    }
    throw new BadInputException(path + " has changed while it was being read", null);
  }
}
