package io.firn.benchmarks.reference;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads of DuckDB through a connection of its own. */
final class DuckReader implements StoreReader<ReferenceRow> {

  private final Connection connection;
  private final PreparedStatement get;
  private final PreparedStatement range;

  DuckReader(Connection connection) {
    this.connection = connection;
    try {
      this.get = connection.prepareStatement("SELECT * FROM reference WHERE k = ?");
      this.range =
          connection.prepareStatement("SELECT * FROM reference WHERE k >= ? AND k < ? ORDER BY k");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public @Nullable ReferenceRow get(long key) {
    List<ReferenceRow> rows = new ArrayList<>(1);
    Unchecked.run(
        () -> {
          get.setLong(1, key);
          read(get, rows::add);
        });
    return rows.isEmpty() ? null : rows.get(0);
  }

  @Override
  public ReferenceRow values(ReferenceRow row) {
    return row;
  }

  @Override
  public double d1(ReferenceRow row) {
    return row.d1();
  }

  @Override
  public List<ReferenceRow> range(long from, long to) {
    List<ReferenceRow> rows = new ArrayList<>();
    Unchecked.run(
        () -> {
          range.setLong(1, from);
          range.setLong(2, to);
          read(range, rows::add);
        });
    return rows;
  }

  @Override
  public ColumnSum sumD1() {
    ColumnSum sum = new ColumnSum();
    Unchecked.run(
        () -> {
          try (PreparedStatement statement =
                  connection.prepareStatement("SELECT count(*), sum(d1) FROM reference");
              ResultSet result = statement.executeQuery()) {
            result.next();
            sum.add(result.getLong(1), result.getDouble(2));
          }
        });
    return sum;
  }

  @Override
  public void forEach(Consumer<? super ReferenceRow> consumer) {
    Unchecked.run(
        () -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT * FROM reference")) {
            read(statement, consumer);
          }
        });
  }

  private static void read(PreparedStatement statement, Consumer<? super ReferenceRow> consumer)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        consumer.accept(
            new ReferenceRow(
                rows.getLong(1),
                rows.getLong(2),
                rows.getInt(3),
                rows.getDouble(4),
                rows.getDouble(5),
                rows.getObject(6, LocalDateTime.class),
                rows.getBoolean(7),
                rows.getString(8),
                rows.getString(9),
                rows.getString(10)));
      }
    }
  }

  @Override
  public void close() {
    Unchecked.run(
        () -> {
          get.close();
          range.close();
          connection.close();
        });
  }
}
