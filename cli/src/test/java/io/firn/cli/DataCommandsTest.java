package io.firn.cli;

import static io.firn.cli.FirnProcess.firn;
import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.FirnTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that write and read rows, end to end. */
class DataCommandsTest {

  private static final String SCHEMA =
      "id:long!, name:string, price:decimal(9,2), at:timestamptz, tags:list<string>";

  @TempDir Path directory;
  private String table;

  @BeforeEach
  void create() {
    table = directory.resolve("table").toString();
    firn("create", table, "--schema", SCHEMA, "--key", "id")
        .succeeds()
        .saying("Created " + table + " with key (id)");
  }

  private String jsonl() {
    return firn("scan", table, "--format", "jsonl").succeeds().out();
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  @Test
  void whatIsPutIsThereUntilItIsDeleted() {
    firn(
            "put",
            table,
            "--json",
            "{\"id\":1,\"name\":\"a\",\"price\":1.5,\"at\":\"2024-01-31T12:00:00Z\",\"tags\":[\"x\"]}",
            "--json",
            "{\"id\":2,\"name\":\"b\"}")
        .succeeds();
    assertThat(firn("get", table, "1", "--format", "jsonl").succeeds().lines())
        .containsExactly(
            "{\"id\":1,\"name\":\"a\",\"price\":1.50,\"at\":\"2024-01-31T12:00:00Z\",\"tags\":[\"x\"]}");

    firn("put", table, "--json", "{\"id\":1,\"name\":\"changed\"}").succeeds();
    assertThat(jsonl())
        .isEqualTo(
            """
            {"id":1,"name":"changed","price":null,"at":null,"tags":null}
            {"id":2,"name":"b","price":null,"at":null,"tags":null}
            """);

    firn("delete", table, "1", "77").succeeds();
    assertThat(
            firn("get", table, "1", "2", "--format", "csv")
                .exits(1)
                .saying("1 of 2 keys have no row")
                .lines())
        .containsExactly("id,name,price,at,tags", "2,b,,,");
    assertThat(jsonl()).startsWith("{\"id\":2,").hasLineCount(1);
  }

  @Test
  void whatIsPrintedAsCsvOrJsonLoadsAgainAsTheSameRows() throws IOException {
    Path rows =
        file(
            "rows.jsonl",
            """
            {"id":1,"name":"a, \\"b\\"\\n","price":-0.01,"at":"2024-01-31T12:00:00.000001Z","tags":["x",null]}
            {"id":-5,"name":"","price":null,"at":null,"tags":[]}
            {"id":9,"name":null,"price":1234567.89,"at":"1969-12-31T23:59:59Z","tags":null}
            """);
    firn("load", table, rows.toString()).succeeds().saying("Loaded 3 rows from 1 file");
    String before = jsonl();
    assertThat(before).hasLineCount(3).startsWith("{\"id\":-5,\"name\":\"\"");

    Path csv = file("rows.csv", firn("scan", table, "--format", "csv").succeeds().out());
    String again = directory.resolve("again").toString();
    firn("create", again, "--schema", SCHEMA, "--key", "id").succeeds();
    firn("load", again, csv.toString(), "--header").succeeds();
    assertThat(firn("scan", again, "--format", "jsonl").succeeds().out()).isEqualTo(before);
  }

  @Test
  void aBadRowIsNamedAndNothingIsLoaded() throws IOException {
    firn("put", table, "--json", "{\"id\":1,\"name\":\"before\"}").succeeds();
    Path good = file("good.csv", "2,b,,,\n1,changed,,,\n");
    Path bad = file("bad.csv", "3,c,,,\n4,d,1.2.3,,\n");
    String before = jsonl();
    String snapshots = firn("snapshots", table, "--format", "json").succeeds().out();

    firn("load", table, good.toString(), bad.toString())
        .exits(1)
        .saying(bad + ", line 2, column 3 (price): expected a decimal");

    assertThat(jsonl()).isEqualTo(before);
    assertThat(firn("snapshots", table, "--format", "json").succeeds().out()).isEqualTo(snapshots);
  }

  @Test
  void parquetFilesLoadByTheirColumnNames() {
    String flights = directory.resolve("flights").toString();
    firn(
            "create",
            flights,
            "--schema",
            "date:timestamp!, origin:string!, destination:string!, delay:int",
            "--key",
            "date,origin,destination")
        .succeeds();
    Path file = Path.of("..", "testdata", "flights-3m.parquet");
    firn("load", flights, file.toString())
        .exits(1)
        .saying("the table has no column 'distance', only date, origin, destination, delay");
  }

  @Test
  void realAirportsLoadAndAreFound() {
    String airports = directory.resolve("airports").toString();
    firn(
            "create",
            airports,
            "--schema",
            "iata:string!, name:string, city:string, state:string, country:string,"
                + " latitude:double, longitude:double",
            "--key",
            "iata")
        .succeeds();
    firn("load", airports, Path.of("..", "testdata", "airports.csv").toString(), "--header")
        .succeeds()
        .saying("Loaded 3,376 rows");
    assertThat(
            firn("scan", airports, "--prefix", "ATL", "--select", "name,state", "--format", "jsonl")
                .succeeds()
                .lines())
        .containsExactly("{\"name\":\"William B Hartsfield-Atlanta Intl\",\"state\":\"GA\"}");
    assertThat(
            firn("scan", airports, "--where", "state = 'HI' and latitude > 21.9", "--format", "csv")
                .succeeds()
                .lines())
        .hasSizeGreaterThan(2)
        .allMatch(line -> line.startsWith("iata,") || line.contains(",HI,"));
  }

  @Test
  void aScanIsNarrowedByKeysFilterColumnsAndLimit() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      rows.append(i).append(",name").append(i % 10).append(',').append(i).append(".25,,\n");
    }
    firn("load", table, file("rows.csv", rows.toString()).toString()).succeeds();

    assertThat(ids("--from", "10", "--to", "13")).isEqualTo("10 11 12");
    assertThat(ids("--from", "97", "--reverse")).isEqualTo("99 98 97");
    assertThat(ids("--limit", "2")).isEqualTo("0 1");
    assertThat(ids("--limit", "0")).isEmpty();
    assertThat(ids("--where", "price > 97.25 or name = 'name7' and price < 20"))
        .isEqualTo("7 17 98 99");
    assertThat(ids("--where", "name like 'name9%'", "--to", "30", "--reverse"))
        .isEqualTo("29 19 9");
    assertThat(firn("scan", table, "--limit", "2", "--select", "price,id").succeeds().lines())
        .containsExactly("price  id", "-----  --", " 0.25   0", " 1.25   1");
    assertThat(firn("scan", table, "--where", "id < 0", "--format", "csv").succeeds().lines())
        .containsExactly("id,name,price,at,tags");
  }

  private String ids(String... options) {
    String[] arguments = new String[options.length + 6];
    System.arraycopy(
        new String[] {"scan", table, "--select", "id", "--format", "csv"}, 0, arguments, 0, 6);
    System.arraycopy(options, 0, arguments, 6, options.length);
    return String.join(
        " ", firn(arguments).succeeds().lines().stream().filter(l -> !l.equals("id")).toList());
  }

  @Test
  void compositeKeysAreGivenColumnByColumn() {
    String orders = directory.resolve("orders").toString();
    firn(
            "create",
            orders,
            "--schema",
            "customer:string!, order:int!, n:int",
            "--key",
            "customer,order")
        .succeeds();
    for (String row :
        new String[] {
          "{\"customer\":\"a,b\",\"order\":1,\"n\":1}",
          "{\"customer\":\"a,b\",\"order\":2,\"n\":2}",
          "{\"customer\":\"a,bc\",\"order\":1,\"n\":3}"
        }) {
      firn("put", orders, "--json", row).succeeds();
    }
    assertThat(firn("get", orders, "a,b", "2", "a,bc", "1", "--format", "csv").succeeds().lines())
        .containsExactly("customer,order,n", "\"a,b\",2,2", "\"a,bc\",1,3");
    firn("get", orders, "a,b")
        .exits(2)
        .saying("A key of this table has 2 values (customer, order)");
    firn("get", orders, "a,b", "x").exits(2).saying("key column 'order': expected an int");
    assertThat(scanN(orders, "--prefix", "\"a,b\"")).isEqualTo("1 2 3");
    assertThat(scanN(orders, "--prefix", "\"a,b\",")).isEqualTo("1 2");
    assertThat(scanN(orders, "--from", "\"a,b\",2")).isEqualTo("2 3");
    firn("scan", orders, "--from", "a,1,2").exits(2).saying("--from has 3 values");
  }

  private static String scanN(String table, String option, String key) {
    return String.join(
        " ",
        firn("scan", table, option, key, "--select", "n", "--format", "csv")
            .succeeds()
            .lines()
            .stream()
            .skip(1)
            .toList());
  }

  @Test
  void anOlderSnapshotShowsTheTableAsItWas() {
    firn("put", table, "--json", "{\"id\":1,\"name\":\"old\"}").succeeds();
    String first =
        firn("snapshots", table, "--format", "json")
            .succeeds()
            .out()
            .replaceAll("(?s).*\"snapshot_id\" : (\\d+).*", "$1");
    firn("put", table, "--json", "{\"id\":1,\"name\":\"new\"}").succeeds();

    assertThat(firn("scan", table, "--snapshot", first, "--format", "jsonl").succeeds().out())
        .contains("\"old\"");
    assertThat(jsonl()).contains("\"new\"");
    firn("scan", table, "--snapshot", "12345").exits(1).saying("12345");
  }

  @Test
  void aJdbcCatalogIsNamedAndConfigured() throws IOException {
    Path warehouse = directory.resolve("warehouse");
    Path settings =
        file(
            "firn.properties",
            "catalog.lake.type=jdbc\ncatalog.lake.uri=jdbc:sqlite:"
                + directory.resolve("lake.db")
                + "\ncatalog.lake.warehouse="
                + warehouse
                + "\n");
    String orders = "catalog:lake/shop.orders";
    String conf = settings.toString();
    firn("create", orders, "--schema", "id:int!, n:int", "--key", "id", "--conf-file", conf)
        .succeeds();
    firn("put", orders, "--json", "{\"id\":1,\"n\":5}", "--conf-file", conf).succeeds();
    assertThat(firn("get", orders, "1", "--format", "csv", "--conf-file", conf).succeeds().lines())
        .containsExactly("id,n", "1,5");
    assertThat(warehouse.resolve("shop")).isDirectory();

    firn("get", "catalog:other/shop.orders", "1", "--conf-file", conf)
        .exits(2)
        .saying("Catalog 'other' is not configured");
    firn("get", "catalog:lake", "1", "--conf-file", conf)
        .exits(2)
        .saying("catalog:NAME/namespace.table");
    firn("get", "catalog:lake/shop.no", "1", "--conf-file", conf).exits(1).saying("no table");
  }

  @Test
  void aSecondWriterIsRefusedWithItsOwnCode() {
    try (FirnTable held = FirnTable.open(table)) {
      firn("put", table, "--json", "{\"id\":1}").exits(4).saying(held.location());
      firn("get", table, "1").exits(1);
    }
    firn("put", table, "--json", "{\"id\":1}").succeeds();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          put T --json {"id":1,"nme":"x"}                | 2 | unknown column 'nme'
          put T --json {"id":null}                       | 2 | column 'id' is required
          put T --json {"id":1} --json {"id":"x"}        | 2 | column 'id': expected a long
          put T                                          | 2 | --json
          delete T x                                     | 2 | key column 'id': expected a long
          delete T                                       | 2 | KEY
          get T 1x                                       | 2 | key column 'id': expected a long
          scan T --where nme=1                           | 2 | --where, position 1: unknown column 'nme'
          scan T --select nme                            | 2 | --select: the table has no column 'nme'
          scan T --format xml                            | 2 | xml
          scan T --limit -1                              | 2 | --limit
          scan T --conf no-such-option=1                 | 2 | unknown option no-such-option; the options are durability, memtable-bytes-max
          scan T --conf memtable-bytes-max               | 2 | --conf
          scan T --conf memtable-bytes-max=many          | 2 | memtable-bytes-max
          load T no-such-file.csv                        | 2 | No such file: no-such-file.csv
          load T pom.xml                                 | 2 | say --format csv, jsonl or parquet
          create T --schema id:int! --key id             | 2 | already
          create N --schema id:lnt! --key id             | 2 | schema, position 4: unknown type 'lnt'
          create N --schema id:int! --key no             | 2 | --key: the schema has no column 'no'
          create N --schema id:double! --key id          | 2 | id
          create N --schema id:int --key id              | 2 | id
          create N --schema id:int! --key id --conf x=1  | 2 | unknown option x
          get N 1                                        | 1 | no table
          levels N                                       | 1 | no table
          compact N                                      | 1 | no table
          nonsense                                       | 2 | nonsense
          """)
  void badInputIsRefusedAndChangesNothing(String line, int code, String message)
      throws IOException {
    firn("put", table, "--json", "{\"id\":7,\"name\":\"kept\"}").succeeds();
    String rows = jsonl();
    String missing = directory.resolve("missing").toString();
    String[] arguments = line.split(" +");
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] =
          arguments[i].equals("T") ? table : arguments[i].equals("N") ? missing : arguments[i];
    }

    FirnProcess.Result result = firn(arguments).exits(code).saying(message);

    assertThat(result.out()).isEmpty();
    assertThat(jsonl()).isEqualTo(rows);
    assertThat(Path.of(missing)).doesNotExist();
  }

  @Test
  void aDirectoryThatIsNoTableIsLeftAlone() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    Path content = Files.writeString(other.resolve("file"), "mine");
    firn("get", other.toString(), "1").exits(1).saying(other.toString());
    firn("put", other.toString(), "--json", "{}").exits(1);
    try (var left = Files.list(other)) {
      assertThat(left).containsExactly(content);
    }
  }

  /** The library that reads command lines would say its own part. */
  @Test
  void nothingButTheErrorIsSaidOfAnUnbalancedQuote() {
    PrintStream before = System.err;
    ByteArrayOutputStream beside = new ByteArrayOutputStream();
    System.setErr(new PrintStream(beside, true, StandardCharsets.UTF_8));
    try {
      firn("create", directory + "/quoted", "--schema", "id:long!", "--key", "\"id")
          .exits(2)
          .saying("\"id");
    } finally {
      System.setErr(before);
    }
    assertThat(beside.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
