package io.firn.testkit;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.RESTCatalogProperties.SnapshotMode;
import org.apache.iceberg.rest.RESTSerializers;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.jspecify.annotations.Nullable;

/**
 * Iceberg's REST catalog over HTTP in this process: Iceberg's own handlers on another catalog,
 * which keeps the tables. Answers to commits can be lost, before or after their effect. Only what
 * tables need; namespaces of one level.
 */
public final class RestCatalogServer implements AutoCloseable {

  /** What becomes of the next commit to a table. */
  public enum Lost {
    /** It is done, and the answer arrives. */
    NOTHING,
    /** It is not done, and the answer says that it may have been. */
    REQUEST,
    /** It is done, and the answer says that it may not have been. */
    ANSWER
  }

  private final ObjectMapper json = new ObjectMapper();
  private final Catalog catalog;
  private final HttpServer server;
  private final AtomicReference<Lost> next = new AtomicReference<>(Lost.NOTHING);

  private RestCatalogServer(Catalog catalog, HttpServer server) {
    this.catalog = catalog;
    this.server = server;
    json.setVisibility(PropertyAccessor.FIELD, Visibility.ANY);
    json.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    json.setPropertyNamingStrategy(PropertyNamingStrategies.KebabCaseStrategy.INSTANCE);
    RESTSerializers.registerAll(json);
  }

  /** Starts a server on a free port of this machine. The catalog stays the caller's. */
  public static RestCatalogServer start(Catalog catalog) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    RestCatalogServer server = new RestCatalogServer(catalog, http);
    http.createContext("/", server::handle);
    http.start();
    return server;
  }

  /** The {@code uri} property of a REST catalog's client. */
  public String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Loses the next commit's request or answer. */
  public void lose(Lost what) {
    next.set(what);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
        Object answer = answer(exchange, exchange.getRequestMethod(), path);
        send(exchange, answer == null ? 204 : 200, answer);
      } catch (RuntimeException e) {
        int code = codeOf(e);
        ErrorResponse error =
            ErrorResponse.builder()
                .responseCode(code)
                .withType(e.getClass().getSimpleName())
                .withMessage(String.valueOf(e.getMessage()))
                .build();
        send(exchange, code, error);
      }
    }
  }

  private @Nullable Object answer(HttpExchange exchange, String method, String[] path)
      throws IOException {
    if (path.length == 2 && path[1].equals("config")) {
      return ConfigResponse.builder().build();
    }
    SupportsNamespaces namespaces = (SupportsNamespaces) catalog;
    if (path.length == 2) {
      return CatalogHandlers.createNamespace(
          namespaces, read(exchange, CreateNamespaceRequest.class));
    }
    Namespace namespace = Namespace.of(path[2]);
    if (path.length == 3) {
      return method.equals("HEAD")
          ? found(() -> CatalogHandlers.namespaceExists(namespaces, namespace))
          : CatalogHandlers.loadNamespace(namespaces, namespace);
    }
    if (path.length == 4) {
      if (method.equals("GET")) {
        return CatalogHandlers.listTables(catalog, namespace);
      }
      CreateTableRequest request = read(exchange, CreateTableRequest.class);
      return request.stageCreate()
          ? CatalogHandlers.stageTableCreate(catalog, namespace, request)
          : CatalogHandlers.createTable(catalog, namespace, request);
    }
    TableIdentifier table = TableIdentifier.of(namespace, path[4]);
    if (path.length > 5) {
      return null; // a report of metrics
    }
    return switch (method) {
      case "HEAD" -> found(() -> CatalogHandlers.tableExists(catalog, table));
      case "DELETE" -> found(() -> CatalogHandlers.dropTable(catalog, table));
      case "POST" -> commit(table, read(exchange, UpdateTableRequest.class));
      default -> CatalogHandlers.loadTable(catalog, table, SnapshotMode.ALL);
    };
  }

  private Object commit(TableIdentifier table, UpdateTableRequest request) {
    Lost lost = next.getAndSet(Lost.NOTHING);
    if (lost == Lost.REQUEST) {
      throw new IllegalStateException("The request was lost");
    }
    Object done = CatalogHandlers.updateTable(catalog, table, request);
    if (lost == Lost.ANSWER) {
      throw new IllegalStateException("The answer was lost");
    }
    return done;
  }

  private static @Nullable Object found(Runnable check) {
    check.run();
    return null;
  }

  private <T> T read(HttpExchange exchange, Class<T> type) throws IOException {
    try (InputStream body = exchange.getRequestBody()) {
      return json.readValue(body, type);
    }
  }

  private void send(HttpExchange exchange, int code, @Nullable Object answer) throws IOException {
    byte[] body =
        answer == null || exchange.getRequestMethod().equals("HEAD")
            ? new byte[0]
            : json.writeValueAsBytes(answer);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static int codeOf(RuntimeException e) {
    if (e instanceof NoSuchTableException || e instanceof NoSuchNamespaceException) {
      return 404;
    }
    if (e instanceof AlreadyExistsException || e instanceof CommitFailedException) {
      return 409;
    }
    return e instanceof IllegalArgumentException || e instanceof ValidationException ? 400 : 500;
  }
}
