package io.firn.cli;

import static io.firn.cli.FirnProcess.firn;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo on a few flights of the same shape as the real ones. */
class DemoTest {

  @TempDir Path directory;

  private Path flights() throws IOException {
    MessageType type =
        MessageTypeParser.parseMessageType(
            """
            message flights {
              optional int64 date (TIMESTAMP(MICROS,false));
              optional int32 delay;
              optional int32 distance;
              optional binary origin (STRING);
              optional binary destination (STRING);
            }
            """);
    Path file = directory.resolve("flights.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file)).withType(type).build()) {
      LocalDateTime first = LocalDateTime.parse("2001-02-28T00:00");
      for (int i = 0; i < 20_000; i++) {
        Group row = new SimpleGroup(type);
        LocalDateTime date = first.plusSeconds(i / 4 * 60L);
        row.add(
            "date",
            ChronoUnit.MICROS.between(LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC), date));
        row.add("delay", i % 97 == 0 ? 301 + i % 100 : i % 60);
        row.add("distance", 100 + i % 50);
        row.add("origin", i % 3 == 0 ? "ATL" : "BOS");
        row.add("destination", "DEN");
        writer.write(row);
      }
    }
    return file;
  }

  @Test
  void theDemoAgreesWithIcebergAndRunsAgain() throws IOException {
    Path data = flights();
    Path demo = directory.resolve("demo");
    for (int run = 0; run < 2; run++) {
      FirnProcess.Result result =
          firn("demo", demo.toString(), "--data", data.toString()).succeeds();
      assertThat(result.out())
          .contains("20,000 rows written", "had the key of an earlier one", "L0", "yes")
          .doesNotContain("NO");
    }
    firn("verify", demo.resolve("flights").toString(), "--deep").succeeds();
  }

  @Test
  void whatIsNoDemoIsLeftAlone() throws IOException {
    Path mine = Files.createDirectory(directory.resolve("mine"));
    Path file = Files.writeString(mine.resolve("flights"), "precious");
    firn("demo", mine.toString(), "--data", flights().toString())
        .exits(2)
        .saying("is no firn demo");
    assertThat(file).hasContent("precious");
    firn("demo", directory.resolve("new").toString(), "--data", "no.parquet").exits(2);
    assertThat(directory.resolve("new")).doesNotExist();
  }
}
