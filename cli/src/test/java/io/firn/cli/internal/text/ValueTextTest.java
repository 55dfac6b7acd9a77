package io.firn.cli.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueTextTest {

  @Test
  void printedValuesAreReadBackEqual() {
    RandomValues values = new RandomValues(new Random(RandomValues.seed()));
    for (Types.NestedField column : SchemaText.parse(SchemaTextTest.EVERY_TYPE).columns()) {
      if (!column.type().isPrimitiveType()) {
        continue;
      }
      for (int i = 0; i < 500; i++) {
        Object value = values.value(column.type());
        String text = ValueText.print(column.type(), value);
        assertThat(ValueText.parse(column.type(), text)).as("%s %s", column, text).isEqualTo(value);
      }
    }
  }

  @Test
  void printedJsonRowsAreReadBackEqual() {
    Schema schema = SchemaText.parse(SchemaTextTest.EVERY_TYPE);
    RandomValues values = new RandomValues(new Random(RandomValues.seed()));
    JsonRowReader reader = new JsonRowReader(schema);
    for (int i = 0; i < 2_000; i++) {
      Record row = values.record(schema.asStruct());
      String json = JsonRowWriter.print(schema.asStruct(), row);
      Record back = reader.read(json);
      assertThat(json).doesNotContain("\n");
      for (int c = 0; c < schema.columns().size(); c++) {
        // Arrays inside lists and maps do not occur here, so equals is enough.
        assertThat(back.get(c)).as("%s in %s", schema.columns().get(c), json).isEqualTo(row.get(c));
      }
    }
  }

  @Test
  void formsPeopleWriteAreUnderstood() {
    Type zoned = Types.TimestampType.withZone();
    assertThat(ValueText.parse(zoned, "2024-01-31T10:00:00+02:00"))
        .isEqualTo(OffsetDateTime.parse("2024-01-31T08:00:00Z"));
    assertThat(ValueText.parse(Types.TimestampType.withoutZone(), "2024-01-31 10:00"))
        .isEqualTo(LocalDateTime.parse("2024-01-31T10:00:00"));
    assertThat(ValueText.parse(Types.DecimalType.of(9, 2), "1.5"))
        .isEqualTo(new BigDecimal("1.50"));
    assertThat(ValueText.parse(Types.DecimalType.of(9, 2), "1.500"))
        .isEqualTo(new BigDecimal("1.50"));
    assertThat(ValueText.parse(Types.FixedType.ofLength(2), "0xCAfe"))
        .isEqualTo(new byte[] {(byte) 0xCA, (byte) 0xFE});
    assertThat(ValueText.parse(Types.BooleanType.get(), "TRUE")).isEqualTo(true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int            | 12x                                   | expected an int
          int            | 2147483648                            | expected an int
          int            | 1.0                                   | expected an int
          long           | 9223372036854775808                   | expected a long
          float          | 1f                                    | expected a number
          double         | 0x1p3                                 | expected a number
          double         | 1e                                    | expected a number
          boolean        | yes                                   | expected true or false
          date           | 2024-02-30                            | expected a date like
          date           | 31.01.2024                            | expected a date like
          time           | 25:00                                 | expected a time like
          time           | 10:00:00.123456789                    | is finer than time
          timestamp      | 2024-01-31T10:00:00Z                  | expected a timestamp without zone
          timestamp      | 2024-01-31T10:00:00.123456789         | is finer than timestamp
          timestamptz    | 2024-01-31T10:00:00                   | expected a timestamp with zone
          timestamptz_ns | 2300-01-31T10:00:00Z                  | expected a timestamp with zone
          decimal(4,2)   | 100                                   | at most 4 digits
          decimal(4,2)   | 1.234                                 | at most 4 digits
          decimal(4,2)   | 1e999999999                           | at most 4 digits
          decimal(4,2)   | 1e-999999999                          | at most 4 digits
          decimal(4,2)   | abc                                   | expected a decimal
          uuid           | 1-1-1-1-1                             | expected a UUID
          fixed(2)       | cafe00                                | exactly 2 bytes
          binary         | xyz                                   | hexadecimal
          list<int>      | 1                                     | cannot be written as plain text
          """)
  void textThatIsNoValueIsRefusedWithWhatWasExpected(String type, String text, String message) {
    Type parsed = SchemaText.parse("c:" + type).findType("c");
    assertThatThrownBy(() -> ValueText.parse(parsed, text))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"id":1,"nme":"a"}              | unknown column 'nme'; the columns are id, name, at, s
          {"name":"a"}                    | column 'id' is required and missing
          {"id":null}                     | column 'id' is required and must not be null
          {"id":"x"}                      | column 'id': expected an int
          {"id":1.5}                      | column 'id': expected an int
          {"id":1,"name":2}               | column 'name': expected a string, found a number (at character 16)
          {"id":1,"s":{"zip":true}}       | column 's.zip': expected an int
          {"id":1,"s":[1]}                | column 's': expected a JSON object, found an array
          {"id":1,"s":{}}                 | column 's.zip' is required and missing
          {"id":1,"id":2}                 | not valid JSON
          {"id":1                         | not valid JSON
          [1]                             | expected a JSON object, found an array
          {"id":1} {"id":2}               | expected one JSON value, found more behind it
          """)
  void jsonThatDoesNotFitIsRefusedWithItsColumn(String json, String message) {
    JsonRowReader reader =
        new JsonRowReader(SchemaText.parse("id:int!, name:string, at:date, s:struct<zip:int!>"));
    assertThatThrownBy(() -> reader.read(json))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(message);
  }
}
