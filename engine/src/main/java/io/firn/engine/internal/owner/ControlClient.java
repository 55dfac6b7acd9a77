package io.firn.engine.internal.owner;

import io.firn.error.ClosedException;
import io.firn.storage.Storage;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the owner of a table, in this process or another one of this machine, for something. */
public final class ControlClient {

  private static final Logger LOG = LoggerFactory.getLogger(ControlClient.class);

  private final String socket;
  private final String description;

  private ControlClient(String socket, String description) {
    this.socket = socket;
    this.description = description;
  }

  /**
   * Finds the owner by its note, and that it answers.
   *
   * @param directory the engine's own directory
   * @return empty if nobody holds the table, or cannot be asked
   */
  public static Optional<ControlClient> find(Storage storage, String directory) {
    OwnerInfo info = OwnerLock.read(storage, directory).orElse(null);
    if (info == null || info.socket() == null) {
      return Optional.empty();
    }
    try {
      String answer = exchange(info.socket(), ControlProtocol.PING, Map.of());
      return Optional.of(new ControlClient(info.socket(), answer));
    } catch (IOException | UnsupportedOperationException | ClosedException e) {
      LOG.debug("The owner noted in {} does not answer", directory, e);
      return Optional.empty();
    }
  }

  /** Who the owner is. */
  public String description() {
    return description;
  }

  /**
   * Asks and waits for the answer, however long it takes.
   *
   * @param verb one word
   * @param arguments names and values, each one word
   * @throws io.firn.error.FirnException with the owner's message if the request failed
   * @throws ClosedException if the owner went away meanwhile: whether it did what was asked is then
   *     open
   */
  public String request(String verb, Map<String, String> arguments) {
    try {
      return exchange(socket, verb, arguments);
    } catch (IOException e) {
      throw new ClosedException(
          "The owner of the table, " + description + ", went away during " + verb, e);
    }
  }

  private static String exchange(String socket, String verb, Map<String, String> arguments)
      throws IOException {
    byte[] request = new ControlProtocol.Request(verb, arguments).encode();
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer buffer = ByteBuffer.wrap(request);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      return ControlProtocol.readAnswer(Channels.newInputStream(channel));
    }
  }
}
