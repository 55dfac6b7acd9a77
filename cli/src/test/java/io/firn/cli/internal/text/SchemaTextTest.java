package io.firn.cli.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaTextTest {

  static final String EVERY_TYPE =
      "a:boolean, b:int!, c:long, d:float, e:double, f:date, g:time, h:timestamp, i:timestamptz,"
          + " j:timestamp_ns, k:timestamptz_ns, l:string, m:uuid, n:binary, o:fixed(5),"
          + " p:decimal(9,2), q:list<int!>, r:map<string,long!>,"
          + " s:struct<x:int!,\"two words\":list<struct<y:map<int,date>>>>";

  @Test
  void everyTypeIsReadAndPrintedAlike() {
    Schema schema = SchemaText.parse(EVERY_TYPE);

    assertThat(SchemaText.print(schema)).isEqualTo(EVERY_TYPE);
    assertThat(schema.columns()).hasSize(19);
    assertThat(schema.findField("b").isRequired()).isTrue();
    assertThat(schema.findField("c").isRequired()).isFalse();
    assertThat(schema.findType("p")).isEqualTo(Types.DecimalType.of(9, 2));
    assertThat(schema.findType("s.two words.element.y.value")).isEqualTo(Types.DateType.get());
    assertThat(schema.findType("q").asListType().isElementRequired()).isTrue();
    assertThat(schema.findType("j")).isEqualTo(Types.TimestampNanoType.withoutZone());
  }

  @Test
  void spaceAndCaseOfTypesDoNotMatter() {
    assertThat(
            SchemaText.print(SchemaText.parse(" id : LONG ! ,\n p:Decimal( 9 , 2 ), f:fixed[4] ")))
        .isEqualTo("id:long!, p:decimal(9,2), f:fixed(4)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          id                    | 3 | expected ':', found the end
          id:lng                | 4 | unknown type 'lng'
          id:long name:string   | 9 | expected ',' or the end, found 'name'
          id:long,              | 9 | expected a column name, found the end
          id:long, id:int       | 10 | column 'id' appears twice
          p:decimal(39,2)       | 11 | a precision lies between 1 and 38
          p:decimal(9,10)       | 13 | a scale lies between 0 and 9
          p:decimal             | 10 | expected '(', found the end
          f:fixed(x)            | 9 | a length in bytes lies between
          t:list<int            | 11 | expected '>', found the end
          m:map<string>         | 13 | expected ',', found '>'
          s:struct<>            | 10 | expected a column name, found '>'
          s:struct<a:int,a:int> | 16 | column 'a' appears twice
          "open:long            | 1 | no closing "
          id:                   | 4 | expected a type, found the end
          "":int                | 1 | must not be empty
          """)
  void anErrorNamesItsPlace(String text, int position, String message) {
    assertThatThrownBy(() -> SchemaText.parse(text))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageStartingWith("schema, position " + position + ": ")
        .hasMessageContaining(message)
        .hasMessageEndingWith(text + System.lineSeparator() + " ".repeat(position + 1) + "^");
  }

  @ParameterizedTest
  @MethodSource
  void nestingHasALimitInsteadOfAStackOverflow(String text) {
    assertThatThrownBy(() -> SchemaText.parse(text)).hasMessageContaining("deep");
  }

  static Stream<String> nestingHasALimitInsteadOfAStackOverflow() {
    return Stream.of("a:" + "list<".repeat(100_000), "a:" + "struct<a:".repeat(100_000));
  }
}
