package io.firn.cli.internal.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.cli.internal.input.InputFile.Format;
import io.firn.cli.internal.input.InputFile.Header;
import io.firn.cli.internal.text.JsonRowWriter;
import io.firn.cli.internal.text.SchemaText;
import io.firn.error.InvalidArgumentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputFileTest {

  private static final Schema SCHEMA =
      SchemaText.parse("id:int!, name:string, day:date, tags:list<int>");

  @TempDir Path directory;

  private List<String> read(Path path, Format format, Header header, Schema schema) {
    List<String> rows = new ArrayList<>();
    try (RowSource source = InputFile.of(path, format, header).open(schema)) {
      for (Record row = source.next(); row != null; row = source.next()) {
        rows.add(JsonRowWriter.print(schema.asStruct(), row));
      }
    }
    return rows;
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  @Test
  void csvColumnsFollowTheHeader() throws IOException {
    Path file =
        write(
            "a.csv",
            "\uFEFFname,id,tags\r\nAnna,1,\"[1,null]\"\r\n\r\n\"two\nlines, \"\"quoted\"\"\",2,\r\n\"\",3,[]\r\n,4,\r\n");
    assertThat(read(file, Format.CSV, Header.PRESENT, SCHEMA))
        .containsExactly(
            "{\"id\":1,\"name\":\"Anna\",\"day\":null,\"tags\":[1,null]}",
            "{\"id\":2,\"name\":\"two\\nlines, \\\"quoted\\\"\",\"day\":null,\"tags\":null}",
            "{\"id\":3,\"name\":\"\",\"day\":null,\"tags\":[]}",
            "{\"id\":4,\"name\":null,\"day\":null,\"tags\":null}");
  }

  @Test
  void csvWithoutAHeaderHasTheColumnsOfTheTable() throws IOException {
    Path file = write("a.csv", "1,Anna,2024-01-31,\n2,,,[5]");
    assertThat(read(file, Format.CSV, Header.ABSENT, SCHEMA))
        .containsExactly(
            "{\"id\":1,\"name\":\"Anna\",\"day\":\"2024-01-31\",\"tags\":null}",
            "{\"id\":2,\"name\":null,\"day\":null,\"tags\":[5]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          id,nme\\n1,a             | , line 1, column 2: the table has no column 'nme', only id, name, day, tags
          id,id\\n1,1              | , line 1, column 2: column 'id' appears twice
          name\\na                 | , line 1: column 'id' is required and missing
          id,name\\n1,a\\nx,b      | , line 3, column 1 (id): expected an int
          id,name\\n1,"a\\nb"\\n,b | , line 4, column 1 (id): is required and must not be empty
          id,day\\n1,tomorrow      | , line 2, column 2 (day): expected a date like
          id,tags\\n1,[x]          | , line 2, column 2 (tags): not valid JSON
          id,name\\n1,a,b          | , line 2: expected 2 fields (id, name), found 3
          id,name\\n1              | , line 2: expected 2 fields (id, name), found 1
          id,name\\n1,"a           | , line 2 or later: not readable
          """)
  void aBadCsvRowIsNamedByLineAndColumn(String content, String message) throws IOException {
    Path file = write("a.csv", content.replace("\\n", "\n"));
    assertThatThrownBy(() -> read(file, Format.CSV, Header.PRESENT, SCHEMA))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"id":1}\\n\\n{"id":"x"}  | , line 3: column 'id': expected an int
          {"id":1}\\n{"id":2,"a":1} | , line 2: unknown column 'a'
          {"id":1}\\n{"id":2        | , line 2: not valid JSON
          """)
  void aBadJsonRowIsNamedByLineAndColumn(String content, String message) throws IOException {
    Path file = write("a.jsonl", content.replace("\\n", "\n"));
    assertThatThrownBy(() -> read(file, Format.JSONL, Header.ABSENT, SCHEMA))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + message);
  }

  @Test
  void textThatIsNotUtf8IsAnErrorAndNotAQuestionMark() throws IOException {
    Path csv = directory.resolve("a.csv");
    Files.write(csv, "1,\u00e4,,".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> read(csv, Format.CSV, Header.ABSENT, SCHEMA))
        .hasMessageContaining("not readable");
  }

  @Test
  void parquetColumnsAreMatchedByNameAndConverted() throws IOException {
    Schema table =
        SchemaText.parse(
            "id:int!, at:timestamp, price:decimal(9,2), text:date, f:double, extra:string,"
                + " tags:list<int>, millis:timestamptz");
    Path file =
        parquet(
            """
            message foreign {
              optional int64 at (TIMESTAMP(NANOS,false));
              required int64 id;
              optional int32 price (DECIMAL(5,1));
              optional binary text (STRING);
              optional float f;
              optional group tags (LIST) { repeated group list { optional int32 element; } }
              optional int64 millis (TIMESTAMP(MILLIS,true));
            }
            """,
            row -> {
              row.add("at", 1_706_695_200_123_456_000L);
              row.add("id", 7L);
              row.add("price", 15);
              row.add("text", "2024-01-31");
              row.add("f", 0.5f);
              row.addGroup("tags").addGroup("list").add("element", 5);
              row.add("millis", 1_706_695_200_123L);
            });

    assertThat(read(file, Format.PARQUET, Header.ABSENT, table))
        .containsExactly(
            "{\"id\":7,\"at\":\"2024-01-31T10:00:00.123456\",\"price\":1.50,"
                + "\"text\":\"2024-01-31\",\"f\":0.5,\"extra\":null,\"tags\":[5],"
                + "\"millis\":\"2024-01-31T10:00:00.123Z\"}");
  }

  @Test
  void aValueThatWouldBeChangedByItsConversionIsRefused() throws IOException {
    Path file = parquet("message m { required int64 id; }", row -> row.add("id", 1L << 40));
    assertThatThrownBy(() -> read(file, Format.PARQUET, Header.ABSENT, SchemaText.parse("id:int!")))
        .hasMessage(file + ", row 1, column 'id': a long is beyond the range of int");
    assertThatThrownBy(() -> read(file, Format.PARQUET, Header.ABSENT, SchemaText.parse("id:date")))
        .hasMessageContaining("column 'id' is long in the file and date in the table");
    assertThatThrownBy(() -> read(file, Format.PARQUET, Header.ABSENT, SchemaText.parse("no:int")))
        .hasMessageContaining("the table has no column 'id'");
    assertThatThrownBy(
            () -> read(file, Format.PARQUET, Header.ABSENT, SchemaText.parse("id:long,b:int!")))
        .hasMessageContaining("column 'b' is required and missing");
  }

  private Path parquet(String type, Consumer<Group> content) throws IOException {
    Path file = directory.resolve("a.parquet");
    MessageType message = MessageTypeParser.parseMessageType(type);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file)).withType(message).build()) {
      Group row = new SimpleGroup(message);
      content.accept(row);
      writer.write(row);
    }
    return file;
  }

  @Test
  void aFileThatIsNotParquetIsNamed() throws IOException {
    Path file = write("a.parquet", "hello");
    assertThatThrownBy(() -> read(file, Format.PARQUET, Header.ABSENT, SCHEMA))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void theFlightsOfTheTestDataAreReadable() {
    Schema flights =
        SchemaText.parse(
            "date:timestamp!, delay:int, distance:int, origin:string!, destination:string!");
    Path file = Path.of("..", "testdata", "flights-3m.parquet");
    try (RowSource source = InputFile.of(file, Format.PARQUET, Header.ABSENT).open(flights)) {
      Record first = source.next();
      assertThat(first).isNotNull();
      assertThat(first.getField("origin").toString()).hasSize(3);
      assertThat(first.getField("date")).isInstanceOf(LocalDateTime.class);
    }
  }

  @Test
  void aFileThatChangesWhileItIsReadIsNoticed() throws IOException {
    Path path = write("a.csv", "1,,,");
    InputFile file = InputFile.of(path, Format.CSV, Header.ABSENT);
    file.checkUnchanged();
    Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(1)));
    assertThatThrownBy(file::checkUnchanged).hasMessageContaining("has changed");
  }

  @Test
  void whatIsNoFileIsRefusedAtOnce() {
    assertThatThrownBy(() -> InputFile.of(directory.resolve("no"), Format.CSV, Header.ABSENT))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("No such file");
    assertThatThrownBy(() -> InputFile.of(directory, Format.CSV, Header.ABSENT))
        .hasMessageContaining("Not a readable file");
    assertThatThrownBy(() -> InputFile.formatOf(Path.of("a.txt"))).hasMessageContaining("--format");
    assertThat(InputFile.formatOf(Path.of("A.JSON"))).isEqualTo(Format.JSONL);
  }
}
