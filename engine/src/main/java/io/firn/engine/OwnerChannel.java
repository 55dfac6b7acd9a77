package io.firn.engine;

import io.firn.engine.internal.owner.ControlClient;
import io.firn.engine.internal.owner.ControlServer;
import io.firn.engine.internal.owner.OwnerLock;
import io.firn.error.InvalidArgumentException;
import io.firn.storage.Storage;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ownership of a table and the requests of other processes to its owner. Closed after the
 * services, on which requests in progress wait, and before anybody else may write.
 */
final class OwnerChannel implements AutoCloseable {

  private static final String COMPACT = "compact";
  private static final String FLUSH = "flush";
  private static final String STATS = "stats";
  private static final String KIND = "kind";

  private final OwnerLock lock;
  private volatile @Nullable ControlServer server;

  OwnerChannel(OwnerLock lock) {
    this.lock = lock;
  }

  /** Answers requests from now on. Called once. */
  void listen(Engine engine) {
    server =
        ControlServer.start(
            lock, lock.directory(), (verb, arguments) -> answer(engine, verb, arguments));
  }

  private static String answer(Engine engine, String verb, Map<String, String> arguments) {
    return switch (verb) {
      case COMPACT -> engine.compact(kind(arguments.getOrDefault(KIND, "DUE"))).encode();
      case FLUSH -> {
        FlushResult result = engine.flush();
        yield "snapshot_id=" + result.snapshotId() + "\nsequence=" + result.sequence();
      }
      case STATS -> StatsText.of(engine.stats());
      default -> throw new InvalidArgumentException("The owner does not know how to " + verb);
    };
  }

  private static CompactionKind kind(String name) {
    return Arrays.stream(CompactionKind.values())
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new InvalidArgumentException("No kind of compaction: " + name));
  }

  /** Finds the owner of the table whose engine directory this is. */
  static Optional<OwnerClient> find(Storage storage, String directory) {
    return ControlClient.find(storage, directory).map(Client::new);
  }

  private record Client(ControlClient control) implements OwnerClient {

    @Override
    public String description() {
      return control.description();
    }

    @Override
    public CompactionReport compact(CompactionKind kind) {
      return CompactionReport.decode(control.request(COMPACT, Map.of(KIND, kind.name())));
    }

    @Override
    public String flush() {
      return control.request(FLUSH, Map.of());
    }

    @Override
    public String stats() {
      return control.request(STATS, Map.of());
    }
  }

  @Override
  public void close() {
    ControlServer started = server;
    try (lock) {
      if (started != null) {
        started.close();
      }
    }
  }
}
