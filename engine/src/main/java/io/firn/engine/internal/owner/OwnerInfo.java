package io.firn.engine.internal.owner;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a table for writing. A note for people and for finding the control socket; what
 * excludes others is the lock.
 *
 * @param pid of the process
 * @param host it runs on
 * @param since when it took the table
 * @param socket path of its control socket; null if it has none
 */
public record OwnerInfo(long pid, String host, Instant since, @Nullable String socket) {

  /** {@code process 17 on db1 since 2026-01-01T00:00:00Z}. */
  public String description() {
    return "process " + pid + " on " + host + " since " + since;
  }

  byte[] encode() {
    StringBuilder text = new StringBuilder();
    text.append("pid=").append(pid).append('\n');
    text.append("host=").append(host.replace('\n', ' ')).append('\n');
    text.append("since=").append(since).append('\n');
    if (socket != null) {
      text.append("socket=").append(socket).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What the bytes say, or null if they are not complete. */
  static @Nullable OwnerInfo decode(byte[] bytes) {
    Map<String, String> values = new HashMap<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    String pid = values.get("pid");
    String host = values.get("host");
    String since = values.get("since");
    if (pid == null || host == null || since == null) {
      return null;
    }
    try {
      return new OwnerInfo(Long.parseLong(pid), host, Instant.parse(since), values.get("socket"));
    } catch (NumberFormatException | DateTimeException e) {
      return null;
    }
  }
}
