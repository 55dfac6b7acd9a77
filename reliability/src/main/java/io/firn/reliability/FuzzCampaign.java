package io.firn.reliability;

import io.firn.cli.Main;
import io.firn.cli.internal.output.Terminal;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.format.DataFileIndex;
import io.firn.format.TableSchema;
import io.firn.storage.LocalStorage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.SurvivalMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Mutated input for every parser: the log, keys, rows, the index of data files, options and the
 * command line. The answer is a value or an error of Firn's own; the command line tells one line
 * and creates nothing when it cannot be meant.
 */
final class FuzzCampaign implements Campaign {

  private static final int MUTATIONS = 400;

  @Override
  public String name() {
    return "fuzz";
  }

  @Override
  public String promise() {
    return "mutated input for every parser: an answer, or an error of Firn's own";
  }

  @Override
  public int rounds() {
    return 1_000;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    Cases cases = new Cases();
    codecs(random, cases);
    indexes(round, random, cases);
    options(random, cases);
    log(round, random, cases);
    commands(round, random, cases);
    return cases.tried();
  }

  private static void codecs(Random random, Cases cases) throws IOException {
    TableSchema schema = TableSchema.of(Rows.SCHEMA, List.of(1));
    byte[] key = schema.keys().encode(77L);
    byte[] row = schema.rows().encode(Rows.row(77, 4));
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] damagedKey = Mutations.of(key, random);
      byte[] damagedRow = Mutations.of(row, random);
      own(cases, "key " + Arrays.toString(damagedKey), () -> schema.keys().decode(damagedKey));
      own(cases, "row " + Arrays.toString(damagedRow), () -> schema.rows().decode(damagedRow));
    }
  }

  private static void indexes(Round round, Random random, Cases cases) throws IOException {
    Ledger ledger = new Ledger();
    CrashStorage storage = new CrashStorage();
    Workload workload = new Workload(storage, round.table(), random, ledger);
    try (FirnTable table = workload.open()) {
      workload.write(table, 60);
      table.flush();
    }
    Image image = Image.of(storage, round.table());
    for (String path : image.files().keySet()) {
      if (path.endsWith(".parquet")) {
        for (int i = 0; i < MUTATIONS / 4; i++) {
          CrashStorage damaged = image.with(path, Mutations.of(image.file(path), random));
          own(
              cases,
              path,
              () -> {
                try (var file = damaged.open(path)) {
                  DataFileIndex.read(file);
                }
              });
          own(cases, path, () -> read(damaged, round));
        }
      }
    }
  }

  private static void read(CrashStorage storage, Round round) {
    try (FirnTable table = Workload.table(storage, round.table()).openReadOnly()) {
      Rows.all(table.scan().records());
    }
  }

  private static void options(Random random, Cases cases) throws IOException {
    for (String line : Corpus.lines("options.txt")) {
      for (int i = 0; i < MUTATIONS / 20; i++) {
        String mutated = Mutations.of(line, random);
        int split = mutated.indexOf('=');
        own(
            cases,
            "options " + mutated,
            () ->
                FirnOptions.builder()
                    .set(
                        split < 0 ? mutated : mutated.substring(0, split),
                        split < 0 ? "" : mutated.substring(split + 1))
                    .build());
      }
    }
  }

  private static void log(Round round, Random random, Cases cases) throws IOException {
    Ledger ledger = new Ledger();
    CrashStorage storage = new CrashStorage();
    Workload workload = new Workload(storage, round.table(), random, ledger);
    Image image;
    FirnTable table = workload.open();
    try {
      for (int i = 0; i < 12; i++) {
        workload.write(table);
      }
    } finally {
      image = Image.of(storage.crash(SurvivalMode.ALL, 1), round.table());
      try {
        table.close();
      } catch (FirnException gone) {
        cases.run("closing a table whose storage is gone", () -> {});
      }
    }
    for (String path : image.files().keySet()) {
      if (path.contains("/wal/")) {
        for (int i = 0; i < MUTATIONS / 8; i++) {
          CrashStorage damaged = image.with(path, Mutations.of(image.file(path), random));
          own(
              cases,
              path,
              () -> {
                try (FirnTable opened = Workload.table(damaged, round.table()).open()) {
                  ledger.checkPrefix(opened, 0, "mutated log");
                }
              });
        }
      }
    }
  }

  private static void commands(Round round, Random random, Cases cases) throws IOException {
    Path directory = Files.createDirectory(round.directory().resolve("cli"));
    String table = directory.resolve("t").toString();
    try (FirnTable made = Workload.table(new LocalStorage(), table).open()) {
      made.put(Rows.row(1, 1));
    }
    List<String> lines = Corpus.lines("commands.txt");
    for (int i = 0; i < MUTATIONS / 10; i++) {
      String line = lines.get(random.nextInt(lines.size()));
      String mutated = random.nextInt(4) == 0 ? line : Mutations.of(line, random);
      String[] arguments = mutated.replace("TABLE", table).strip().split("\\s+");
      cases.run("firn " + mutated, () -> command(directory, table, arguments));
    }
  }

  private static void command(Path directory, String table, String[] arguments) throws IOException {
    // What a mutated line names may be any path: only lines about this table are run.
    for (String argument : arguments) {
      if (argument.contains("/") && !argument.equals(table)) {
        return;
      }
    }
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.Interaction.SCRIPT,
            Terminal.Symbols.ASCII);
    int code = Main.execute(terminal, arguments);
    String said = err.toString(StandardCharsets.UTF_8);
    if (code < 0 || code > 4 || said.contains("not an error Firn expects")) {
      throw new AssertionError("exit code " + code + ": " + said);
    }
    try (Stream<Path> files = Files.list(directory)) {
      if (code == 2 && files.count() != 1) {
        throw new AssertionError("A command that cannot be meant created something");
      }
    }
  }

  private static void own(Cases cases, String what, Cases.Case parsing) {
    cases.run(
        what,
        () -> {
          try {
            parsing.run();
          } catch (FirnException expected) {
            if (expected.getMessage() == null) {
              throw expected;
            }
          }
        });
  }
}
