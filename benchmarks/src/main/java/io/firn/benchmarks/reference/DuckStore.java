package io.firn.benchmarks.reference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * DuckDB through JDBC: a table with a primary key. New rows go in by the appender. Updates and
 * deletes are collected, appended to temporary tables, and applied by {@code INSERT OR REPLACE} and
 * {@code DELETE} in transactions of 100,000 operations, since a statement a row is a hundred times
 * slower. The temporary tables are made anew each time: appends to one that was truncated get
 * slower with every transaction.
 */
final class DuckStore implements Store<ReferenceRow> {

  private static final int TRANSACTION_OPERATIONS = 100_000;
  private static final int INSERTED_ROWS = 100_000;
  private static final String COLUMNS =
      " (k BIGINT PRIMARY KEY, l BIGINT, i INTEGER, d1 DOUBLE, d2 DOUBLE, ts TIMESTAMP, b BOOLEAN,"
          + " s1 VARCHAR, s2 VARCHAR, s3 VARCHAR)";

  private final Path file;
  private final DuckDBConnection connection;
  private DuckDBAppender inserts;
  private int inserted;

  /** The last operation on each key of the open transaction; a delete has no row. */
  private final Map<Long, Optional<ReferenceRow>> changes = new LinkedHashMap<>();

  DuckStore(Path directory) {
    this.file = directory.resolve("reference.duckdb");
    try {
      Files.createDirectories(directory);
      this.connection = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + file);
      execute("CREATE TABLE IF NOT EXISTS reference" + COLUMNS);
      createTemporaryTables();
      connection.setAutoCommit(false);
      this.inserts = connection.createAppender("reference");
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void createTemporaryTables() throws SQLException {
    execute("CREATE OR REPLACE TEMPORARY TABLE changed" + COLUMNS);
    execute("CREATE OR REPLACE TEMPORARY TABLE removed (k BIGINT)");
  }

  @Override
  public void insert(ReferenceRow row) {
    Unchecked.run(
        () -> {
          append(row, inserts);
          if (++inserted == INSERTED_ROWS) {
            commit();
          }
        });
  }

  private static void append(ReferenceRow row, DuckDBAppender target) throws SQLException {
    target
        .beginRow()
        .append(row.k())
        .append(row.l())
        .append(row.i())
        .append(row.d1())
        .append(row.d2())
        .append(row.ts())
        .append(row.b())
        .append(row.s1())
        .append(row.s2())
        .append(row.s3())
        .endRow();
  }

  @Override
  public void put(ReferenceRow row) {
    change(row.k(), Optional.of(row));
  }

  @Override
  public void delete(long key) {
    change(key, Optional.empty());
  }

  private void change(long key, Optional<ReferenceRow> row) {
    changes.put(key, row);
    if (changes.size() == TRANSACTION_OPERATIONS) {
      acknowledge();
    }
  }

  private void commit() throws SQLException {
    inserts.close();
    if (!changes.isEmpty()) {
      try (DuckDBAppender changed = connection.createAppender("temp", "main", "changed");
          DuckDBAppender removed = connection.createAppender("temp", "main", "removed")) {
        for (Map.Entry<Long, Optional<ReferenceRow>> change : changes.entrySet()) {
          if (change.getValue().isPresent()) {
            append(change.getValue().get(), changed);
          } else {
            removed.beginRow().append(change.getKey().longValue()).endRow();
          }
        }
      }
      execute("DELETE FROM reference WHERE k IN (SELECT k FROM removed)");
      execute("INSERT OR REPLACE INTO reference SELECT * FROM changed");
      createTemporaryTables();
      changes.clear();
    }
    connection.commit();
    inserts = connection.createAppender("reference");
    inserted = 0;
  }

  @Override
  public void acknowledge() {
    Unchecked.run(this::commit);
  }

  @Override
  public void settle() {
    acknowledge();
    Unchecked.run(
        () -> {
          connection.setAutoCommit(true);
          execute("CHECKPOINT");
          connection.setAutoCommit(false);
        });
  }

  @Override
  public void compact() {
    settle();
  }

  @Override
  public StoreReader<ReferenceRow> reader() {
    return new DuckReader(Unchecked.get(() -> (Connection) connection.duplicate()));
  }

  @Override
  public long liveBytes() {
    return Unchecked.get(() -> Files.size(file));
  }

  @Override
  public void close() {
    Unchecked.run(
        () -> {
          commit();
          inserts.close();
          connection.close();
        });
  }
}
