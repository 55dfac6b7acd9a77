package io.firn.engine.internal.wal;

import io.firn.error.CorruptionException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log and makes what was read its durable content: what a dead process left with the
 * operating system is synced, what a crash cut off is removed. Afterwards a new segment may follow.
 */
final class LogRecovery {

  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  private final Storage storage;
  private final String directory;
  private final UUID table;
  private final WalOptions options;
  private final LogFiles files;
  private final NavigableMap<Long, String> paths;

  LogRecovery(Storage storage, String directory, UUID table, WalOptions options, LogFiles files) {
    this.storage = storage;
    this.directory = directory;
    this.table = table;
    this.options = options;
    this.files = files;
    this.paths = files.segments();
  }

  Recovery recover(long from, LogVisitor visitor) throws IOException {
    LogScanner scanner = new LogScanner(storage, directory, table, files, from, visitor);
    scanner.scan();
    List<Recovery.Segment> segments = new ArrayList<>(scanner.segments());
    List<String> obsolete = new ArrayList<>(scanner.obsolete());
    List<String> setAside = List.of();
    long dropped = 0;
    LogScanner.Break broken = scanner.broken();
    if (broken != null && broken.damage() != null) {
      if (options.damage() == WalOptions.Damage.REFUSE) {
        throw new CorruptionException(broken.path(), broken.offset(), broken.damage());
      }
      setAside = salvage(broken, segments, from);
    } else if (broken != null) {
      dropped = drop(broken, segments, obsolete);
    }
    for (Recovery.Segment segment : segments) {
      storage.syncFile(segment.path());
    }
    storage.syncDirectory(directory);
    return new Recovery(
        scanner.covered(), scanner.operations(), segments, obsolete, dropped, setAside);
  }

  /**
   * Removes what a crash cut off; the bytes at the end of the last segment kept stay there. The
   * segment that the head names goes only when the head names another.
   */
  private long drop(LogScanner.Break broken, List<Recovery.Segment> kept, List<String> obsolete)
      throws IOException {
    long dropped = 0;
    boolean keep = kept.stream().anyMatch(segment -> segment.path().equals(broken.path()));
    for (Map.Entry<Long, String> entry : paths.tailMap(broken.segment(), true).entrySet()) {
      long length = storage.length(entry.getValue());
      if (keep && entry.getKey() == broken.segment()) {
        dropped += length - broken.offset();
      } else if (files.head() != null && files.head().number() == entry.getKey()) {
        dropped += Math.max(0, length - SegmentHeader.BYTES);
        obsolete.add(entry.getValue());
      } else {
        dropped += length;
        storage.delete(entry.getValue());
      }
    }
    LOG.info(
        "The log in {} ends at operation {}; a crash left {} incomplete bytes behind it",
        directory,
        broken.sequence() - 1,
        dropped);
    return dropped;
  }

  /** Copies what is good of the damaged segment, and renames it and all later ones. */
  private List<String> salvage(LogScanner.Break broken, List<Recovery.Segment> segments, long from)
      throws IOException {
    // What is to be set aside, or is missing, is not the newest segment any more.
    LogHead head = LogHead.NONE;
    for (int i = 0; i < segments.size(); i++) {
      Recovery.Segment segment = segments.get(i);
      if (segment.path().equals(broken.path())) {
        String copy = SegmentNames.path(directory, paths.lastKey() + 1);
        head = copyPrefix(broken, copy, from);
        segments.set(i, new Recovery.Segment(segment.number(), copy, segment.lastSequence()));
      }
    }
    storage.syncDirectory(directory);
    head.write(storage, directory, table);
    // The damaged one last: until then a crash in between leaves what proves the damage, and what
    // the copy was made of.
    List<String> setAside = new ArrayList<>();
    for (String path : paths.tailMap(broken.segment(), false).values()) {
      setAside.add(SegmentNames.setAside(storage, path));
    }
    storage.syncDirectory(directory);
    if (paths.containsKey(broken.segment())) {
      setAside.add(0, SegmentNames.setAside(storage, broken.path()));
    }
    LOG.warn(
        "Salvage of the log in {}: kept everything before operation {}, set aside {}",
        directory,
        broken.sequence(),
        setAside);
    return setAside;
  }

  private LogHead copyPrefix(LogScanner.Break broken, String copy, long from) throws IOException {
    try (InputFileHandle source = storage.open(broken.path());
        OutputFileHandle target = storage.create(copy)) {
      byte[] bytes = new byte[SegmentHeader.BYTES];
      source.readFully(0, bytes, 0, bytes.length);
      SegmentHeader old = SegmentHeader.decode(bytes, broken.path(), broken.segment(), table);
      if (old == null) {
        throw new CorruptionException(broken.path(), 0, "the header changed while it was read");
      }
      SegmentHeader header =
          new SegmentHeader(
              table,
              paths.lastKey() + 1,
              old.firstSequence(),
              from - 1,
              old.schemaId(),
              true,
              options.epoch());
      target.write(header.encode(), 0, SegmentHeader.BYTES);
      byte[] buffer = new byte[1 << 16];
      for (long at = SegmentHeader.BYTES; at < broken.offset(); at += buffer.length) {
        int length = (int) Math.min(buffer.length, broken.offset() - at);
        source.readFully(at, buffer, 0, length);
        target.write(buffer, 0, length);
      }
      target.sync();
      LOG.info("Copied the good part of {} to {}", broken.path(), StoragePaths.name(copy));
      return new LogHead(header.number(), header.firstSequence(), header.durableSequence());
    }
  }
}
