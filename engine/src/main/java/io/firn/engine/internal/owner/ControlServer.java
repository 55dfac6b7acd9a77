package io.firn.engine.internal.owner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.error.ClosedException;
import io.firn.error.WriteStalledException;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a Unix domain socket for requests to the owner of a table. The socket stands in a
 * directory that only this user may enter. One thread accepts, one more serves each connection;
 * their number is bounded.
 *
 * <p>Whoever holds the table's lock starts it and closes it. Requests in progress have to end
 * before {@link #close} returns, so whatever they wait for is stopped first.
 */
public final class ControlServer implements AutoCloseable {

  /** Who asks for something on top of these is told to come back later. */
  static final int REQUESTS_MAX = 8;

  /** Who connects on top of these is not heard. */
  private static final int CONNECTIONS_MAX = 64;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  /** What the kernels Firn runs on all accept, with the terminating zero. */
  private static final int SOCKET_PATH_BYTES_MAX = 103;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final ControlHandler handler;
  private final String description;
  private final Path socket;
  private final ServerSocketChannel channel;
  private final Thread acceptor;

  @GuardedBy("connections")
  private final Map<Thread, SocketChannel> connections = new HashMap<>();

  @GuardedBy("connections")
  private int working;

  @GuardedBy("connections")
  private boolean closed;

  private ControlServer(
      ControlHandler handler, String description, Path socket, ServerSocketChannel channel) {
    this.handler = handler;
    this.description = description;
    this.socket = socket;
    this.channel = channel;
    this.acceptor = new Thread(this::accept, "firn-control");
    acceptor.setDaemon(true);
  }

  /**
   * Starts listening and announces the socket in the owner's note.
   *
   * @param directory the engine's own directory; the socket stands below it if its path is short
   *     enough, else in a new directory for temporary files
   * @return null if this machine or file system has no such sockets: the table then works without
   */
  public static @Nullable ControlServer start(
      OwnerLock lock, String directory, ControlHandler handler) {
    if (!Files.isDirectory(Path.of(StoragePaths.withoutFileScheme(directory)))) {
      LOG.debug("{} is not on the local file system: no control socket", directory);
      return null;
    }
    try {
      Path socket = place(directory);
      ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.bind(UnixDomainSocketAddress.of(socket));
        ControlServer server =
            new ControlServer(handler, lock.info().description(), socket, channel);
        server.acceptor.start();
        lock.announce(socket.toString());
        return server;
      } catch (IOException | RuntimeException | Error e) {
        channel.close();
        Files.deleteIfExists(socket);
        throw e;
      }
    } catch (IOException | UnsupportedOperationException | OutOfMemoryError e) {
      LOG.warn(
          "No control socket for {}: other processes cannot ask this one for anything",
          directory,
          e);
      return null;
    }
  }

  /** A free path for the socket in a directory of this user's own. */
  private static Path place(String directory) throws IOException {
    FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    Path home = Path.of(StoragePaths.withoutFileScheme(directory)).toAbsolutePath();
    Path own = home.resolve("control");
    Path socket = own.resolve("socket");
    boolean fits =
        socket.toString().getBytes(StandardCharsets.UTF_8).length <= SOCKET_PATH_BYTES_MAX;
    if (!fits) {
      return Files.createTempDirectory("firn-", ownerOnly).resolve("socket");
    }
    if (!Files.isDirectory(own)) {
      Files.createDirectory(own, ownerOnly);
    }
    Files.setPosixFilePermissions(own, OWNER_ONLY);
    // We hold the table's lock: a socket that stands here is a dead process's.
    Files.deleteIfExists(socket);
    return socket;
  }

  private void accept() {
    while (channel.isOpen()) {
      try {
        serve(channel.accept());
      } catch (IOException e) {
        if (channel.isOpen()) {
          LOG.warn("The control socket {} failed and is closed", socket, e);
          closeQuietly(channel);
        }
      }
    }
  }

  private void serve(SocketChannel connection) {
    Thread thread = new Thread(() -> answer(connection), "firn-control-connection");
    thread.setDaemon(true);
    synchronized (connections) {
      if (closed || connections.size() == CONNECTIONS_MAX) {
        closeQuietly(connection);
        return;
      }
      connections.put(thread, connection);
    }
    try {
      thread.start();
    } catch (OutOfMemoryError noThread) {
      LOG.warn("No thread for a control connection", noThread);
      finished(thread, connection);
    }
  }

  private void answer(SocketChannel connection) {
    try {
      InputStream in = Channels.newInputStream(connection);
      byte[] answer;
      try {
        answer = ControlProtocol.answer(handle(ControlProtocol.readRequest(in)));
      } catch (RuntimeException | Error e) {
        LOG.info("A control request failed", e);
        answer = ControlProtocol.error(e);
      }
      write(connection, answer);
    } catch (IOException e) {
      LOG.debug("A control connection went away", e);
    } finally {
      finished(Thread.currentThread(), connection);
    }
  }

  private String handle(ControlProtocol.Request request) {
    if (request.verb().equals(ControlProtocol.PING)) {
      return description;
    }
    synchronized (connections) {
      if (closed) {
        throw new ClosedException("The owner is closing the table");
      }
      if (working == REQUESTS_MAX) {
        throw new WriteStalledException(
            "The owner works on " + REQUESTS_MAX + " other requests; try again");
      }
      working++;
    }
    try {
      return handler.handle(request.verb(), request.arguments());
    } finally {
      synchronized (connections) {
        working--;
      }
    }
  }

  private static void write(SocketChannel connection, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      connection.write(buffer);
    }
  }

  private void finished(Thread thread, SocketChannel connection) {
    closeQuietly(connection);
    synchronized (connections) {
      connections.remove(thread);
    }
  }

  /** Wakes a thread that waits for a request; one that works on it can still send the answer. */
  private static void endRequests(SocketChannel connection) {
    try {
      connection.shutdownInput();
    } catch (IOException e) {
      LOG.debug("A control connection is closed already", e);
    }
  }

  private static void closeQuietly(AutoCloseable open) {
    try {
      open.close();
    } catch (Exception e) {
      LOG.debug("Closing a control connection failed", e);
    }
  }

  /** Where it listens. */
  public String socket() {
    return socket.toString();
  }

  /** Stops listening, ends the connections, and waits for their threads. Idempotent. */
  @Override
  public void close() {
    List<SocketChannel> open;
    List<Thread> threads;
    synchronized (connections) {
      closed = true;
      open = List.copyOf(connections.values());
      threads = List.copyOf(connections.keySet());
    }
    closeQuietly(channel);
    join(acceptor);
    open.forEach(ControlServer::endRequests);
    threads.forEach(ControlServer::join);
    try {
      Files.deleteIfExists(socket);
      Path own = socket.getParent();
      if (own != null) {
        Files.deleteIfExists(own);
      }
    } catch (IOException e) {
      LOG.debug("The control socket {} stays behind", socket, e);
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread != Thread.currentThread()) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
