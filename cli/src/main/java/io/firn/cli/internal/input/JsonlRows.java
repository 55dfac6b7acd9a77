package io.firn.cli.internal.input;

import io.firn.cli.internal.text.JsonRowReader;
import io.firn.error.InvalidArgumentException;
import java.io.BufferedReader;
import java.io.IOException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** One JSON object a line; empty lines are skipped. */
final class JsonlRows implements RowSource {

  private final InputFile file;
  private final BufferedReader reader;
  private final JsonRowReader rows;
  private long line;

  private JsonlRows(InputFile file, BufferedReader reader, Schema schema) {
    this.file = file;
    this.reader = reader;
    this.rows = new JsonRowReader(schema);
  }

  static RowSource open(InputFile file, Schema schema) {
    try {
      return new JsonlRows(file, LineReader.open(file), schema);
    } catch (IOException e) {
      throw LineReader.notReadable(file.path().toString(), e);
    }
  }

  @Override
  public @Nullable Record next() {
    try {
      String text;
      do {
        line++;
        text = reader.readLine();
        if (text == null) {
          return null;
        }
      } while (text.isBlank());
      return rows.read(text);
    } catch (InvalidArgumentException e) {
      throw BadInputException.inRow(place(), e);
    } catch (IOException e) {
      throw LineReader.notReadable(place() + " or later", e);
    }
  }

  @Override
  public String place() {
    return file.path() + ", line " + line;
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new BadInputException("Cannot close " + file.path() + ": " + e.getMessage(), e);
    }
  }
}
