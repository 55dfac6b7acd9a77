package io.firn.cli.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhereTextTest {

  private static final Schema SCHEMA =
      SchemaText.parse(
          "id:int!, name:string, price:decimal(9,2), d:double, day:date, at:timestamptz,"
              + " ns:timestamp_ns, ok:boolean, u:uuid, b:binary, addr:struct<zip:int>, tags:list<int>,"
              + " \"two words\":long");

  private static final List<Record> ROWS = rows();

  private static List<Record> rows() {
    JsonRowReader reader = new JsonRowReader(SCHEMA);
    List<Record> rows = new ArrayList<>();
    rows.add(
        reader.read(
            """
            {"id":1,"name":"Anna","price":9.99,"d":1.5,"day":"2024-01-01","at":"2024-01-01T00:00:00Z",
            "ns":"2024-01-01T00:00:00.000000001","ok":true,"u":"f79c3e09-677c-4bbd-a479-3f349cb785e7",
            "b":"cafe","addr":{"zip":100},"tags":[],"two words":5}
            """));
    rows.add(
        reader.read(
            """
            {"id":2,"name":"O'Brien","price":10.00,"d":"NaN","day":"2024-06-01",
            "at":"2024-06-01T12:00:00Z","ns":"2024-01-01T00:00:00.000000002","ok":false,
            "b":"ff","addr":{"zip":200},"two words":-5}
            """));
    rows.add(reader.read("{\"id\":3}"));
    rows.add(reader.read("{\"id\":4,\"name\":\"Alba\",\"price\":-0.01,\"d\":-2,\"addr\":{}}"));
    return rows;
  }

  /** The ids of the rows a filter lets through. */
  private static String matching(String where) {
    Expression filter = WhereText.parse(where, SCHEMA);
    Evaluator evaluator = new Evaluator(SCHEMA.asStruct(), filter, true);
    InternalRecordWrapper wrapper = new InternalRecordWrapper(SCHEMA.asStruct());
    StringBuilder ids = new StringBuilder();
    for (Record row : ROWS) {
      if (evaluator.eval(wrapper.wrap(row))) {
        ids.append(row.getField("id"));
      }
    }
    return ids.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      emptyValue = "",
      textBlock =
          """
          id = 2                                      | 2
          id == 2 or id=3                             | 23
          id != 2                                     | 134
          id <> 2 and id <= 3                         | 13
          not id = 2                                  | 134
          not (id = 2 or id > 3)                      | 13
          not (id < 3 and not id = 1)                 | 134
          name = 'O''Brien'                           | 2
          name like 'A%'                              | 14
          not name like 'A%'                          | 2
          name not like 'A%' and id > 0               | 2
          name like '%'                               | 124
          name like 'Anna'                            | 1
          name not like '%'                           | -
          name is null                                | 3
          name is not null                            | 124
          not name is null                            | 124
          not (name is not null)                      | 3
          price > 9.99                                | 2
          price >= 9.99                               | 12
          price < 9.995                               | 14
          price > 9.995                               | 2
          price = 9.995                               | -
          price != 9.995                              | 124
          price < 99999999999                         | 124
          price > 99999999999                         | -
          price > -0.011                              | 124
          not price > 9.99                            | 14
          d is nan                                    | 2
          d is not nan                                | 14
          d < 0                                       | 4
          d >= -2e0 and d is not nan                  | 14
          day = '2024-01-01'                          | 1
          day between '2024-01-01' and '2024-05-31'   | 1
          day not between '2024-01-01' and '2024-05-31' | 2
          not day between '2024-01-01' and '2024-05-31' | 2
          at < '2024-01-01T02:00:00+01:00'            | 1
          at >= '2024-06-01T12:00:00Z'                | 2
          ns > '2024-01-01T00:00:00.000000001'        | 2
          ok                                          | 1
          not ok                                      | 2
          ok = false                                  | 2
          ok and id = 1                               | 1
          ok or id = 3                                | 13
          u = 'f79c3e09-677c-4bbd-a479-3f349cb785e7'  | 1
          b = 'cafe'                                  | 1
          addr.zip >= 200                             | 2
          "two words" < 0                             | 2
          `two words` in (5, 6, 7.5)                  | 1
          id in (1, 3, 99999999999)                   | 13
          id in (1.5)                                 | -
          id not in (1, 3)                            | 24
          name not in ('Anna')                        | 24
          not name in ('Anna')                        | 24
          id > 2.5                                    | 34
          id >= 2.5                                   | 34
          id < 2.5                                    | 12
          id <= -1.5                                  | -
          id < 99999999999                            | 1234
          ID = 1                                      | ERROR
          """)
  void aFilterFindsWhatSqlWouldFind(String where, String ids) {
    if (ids.equals("ERROR")) {
      assertThatThrownBy(() -> matching(where)).hasMessageContaining("unknown column 'ID'");
    } else {
      assertThat(matching(where)).isEqualTo(ids.equals("-") ? "" : ids);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          pric > 1                | 1 | unknown column 'pric'; the columns are id, name
          price >                 | 8 | expected a literal: a number, 'text', true or false, found the end
          price > abc             | 9 | expected a literal
          price                   | 6 | expected a comparison, 'is', 'in', 'between' or 'like' after column 'price', found the end
          price > 1 name = 'a'    | 11 | expected 'and', 'or' or the end, found 'name'
          id = 'x'                | 6 | expected an int
          id = 1.2.3              | 6 | expected an int
          day = 2024              | 7 | between single quotes
          day = '2024'            | 7 | expected a date like
          name = 'open            | 8 | no closing '
          (id = 1                 | 8 | expected ')', found the end
          id = null               | 6 | nothing compares with null
          id in ()                | 8 | expected a literal
          id in (1                | 9 | expected ')', found the end
          id between 1 or 2       | 14 | expected 'and' between the two bounds
          name like 'a%b'         | 11 | only prefixes
          id like 'a%'            | 9 | only string columns
          id is 5                 | 7 | expected 'null' or 'nan'
          id is nan               | 7 | only float and double
          d = NaN                 | 5 | expected a literal
          d > 'NaN'               | 5 | nothing compares with NaN
          5 < id                  | 1 | starts with a column
          tags = 5                | 8 | can only be asked 'is null'
          ok not                  | 7 | expected a comparison
          """)
  void anErrorNamesItsPlace(String where, int position, String message) {
    assertThatThrownBy(() -> WhereText.parse(where, SCHEMA))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageStartingWith("--where, position " + position + ": ")
        .hasMessageContaining(message)
        .hasMessageEndingWith(" ".repeat(position + 1) + "^");
  }

  @Test
  void nestingHasALimitInsteadOfAStackOverflow() {
    assertThatThrownBy(() -> WhereText.parse("(".repeat(100_000), SCHEMA))
        .hasMessageContaining("deep");
    assertThatThrownBy(() -> WhereText.parse("not ".repeat(100_000), SCHEMA))
        .hasMessageContaining("deep");
  }
}
