package io.firn.catalog.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;

/** Starts a server, prints its JDBC URI, and stops it when standard input ends. */
public final class PostgresServer {

  private PostgresServer() {}

  public static void main(String[] arguments) throws IOException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
      System.out.println(postgres.getJdbcUrl("postgres", "postgres"));
      System.out.flush();
      while (System.in.read() >= 0) {
        // Nobody says anything: the end is what counts.
      }
    }
  }
}
