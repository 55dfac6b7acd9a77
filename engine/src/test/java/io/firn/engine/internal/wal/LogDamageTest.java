package io.firn.engine.internal.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.internal.wal.Ops.Replay;
import io.firn.error.CorruptionException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.LocalStorage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What recovery makes of files that are not what was written. */
class LogDamageTest {

  private static final UUID TABLE = new UUID(1, 2);

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path temp;

  private LocalStorage storage;
  private Path wal;
  private byte[] headBeforeClose;
  private final List<String> written = new ArrayList<>();

  /** The operations up to each record's end, by segment and offset. */
  private final Map<Path, TreeMap<Long, Integer>> ends = new TreeMap<>();

  @BeforeEach
  void prepare() {
    storage = new LocalStorage();
    wal = temp.resolve("wal");
  }

  private WriteAheadLog open(WalOptions options) {
    return WriteAheadLog.open(storage, wal.toString(), TABLE, options);
  }

  /** Three segments of a few records each; every record is synced before the next if asked. */
  private void write(LogSync sync) throws IOException {
    Random random = seeds.random();
    try (WriteAheadLog log = open(WalOptions.standard(0, 1).withBufferBytes(1))) {
      log.recover(0, new Replay());
      for (int segment = 1; segment <= 3; segment++) {
        Path file = wal.resolve(String.format("%020d.wal", segment));
        ends.put(file, new TreeMap<>());
        ends.get(file).put((long) SegmentHeader.BYTES, written.size());
        for (int i = 0; i < 4; i++) {
          Ops batch = Ops.random(random);
          long last = log.append(batch, sync);
          if (sync == LogSync.NOW) {
            log.awaitDurable(last);
          }
          written.addAll(batch.printed(last));
          ends.get(file).put(Files.size(file), written.size());
        }
        if (segment < 3) {
          log.rotate();
        }
      }
      headBeforeClose = Files.readAllBytes(wal.resolve("head"));
    }
  }

  private Path lastSegment() {
    return wal.resolve("00000000000000000003.wal");
  }

  private Replay recover(WalOptions options) {
    Replay replay = new Replay();
    WriteAheadLog log = open(options);
    try {
      log.recover(0, replay);
      return replay;
    } finally {
      log.close();
    }
  }

  private Replay recover() {
    return recover(WalOptions.standard(0, 1));
  }

  private Map<Path, byte[]> snapshot() throws IOException {
    Map<Path, byte[]> files = new TreeMap<>();
    for (var file : storage.list(wal.toString())) {
      files.put(Path.of(file.path()), Files.readAllBytes(Path.of(file.path())));
    }
    return files;
  }

  private void restore(Map<Path, byte[]> files) throws IOException {
    for (var file : storage.list(wal.toString())) {
      Files.delete(Path.of(file.path()));
    }
    for (var file : files.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
  }

  @Test
  void theLastSegmentCutAtAnyByteReplaysTheLongestPrefixOfWholeBatches() throws IOException {
    write(LogSync.NOW);
    Map<Path, byte[]> files = snapshot();
    byte[] whole = files.get(lastSegment());
    for (int length = 0; length < whole.length; length++) {
      Files.write(lastSegment(), Arrays.copyOf(whole, length));
      if (length < ends.get(lastSegment()).higherKey((long) SegmentHeader.BYTES)) {
        // The head says that the segment was durable with its first record.
        assertThatThrownBy(this::recover)
            .isInstanceOfSatisfying(
                CorruptionException.class,
                e -> assertThat(e.file()).isEqualTo(lastSegment().toString()));
        continue;
      }
      int expected = ends.get(lastSegment()).floorEntry((long) length).getValue();
      Replay replay = new Replay();
      WriteAheadLog.read(storage, wal.toString(), TABLE, 0, replay);
      assertThat(replay.operations).isEqualTo(written.subList(0, expected));
      if (length % 23 == 0) {
        assertThat(recover().operations).isEqualTo(written.subList(0, expected));
        // What recovery left is a log like any other, with one more segment.
        assertThat(recover().operations).isEqualTo(written.subList(0, expected));
        restore(files);
      }
    }
  }

  @Test
  void aTailOfZerosIsTheTailOfACrash() throws IOException {
    write(LogSync.NOW);
    Map<Path, byte[]> files = snapshot();
    byte[] whole = files.get(lastSegment());
    long cut = ends.get(lastSegment()).lowerKey((long) whole.length);
    for (int zeros : new int[] {1, 7, 8, 100, 5000, 300_000}) {
      Files.write(lastSegment(), Arrays.copyOf(Arrays.copyOf(whole, (int) cut), (int) cut + zeros));
      assertThat(recover().operations)
          .isEqualTo(written.subList(0, ends.get(lastSegment()).get(cut)));
      restore(files);
    }
  }

  @Test
  void anEarlierSegmentCutAtAnyByteIsNamedAsDamaged() throws IOException {
    write(LogSync.NOW);
    Map<Path, byte[]> files = snapshot();
    Path first = wal.resolve("00000000000000000001.wal");
    byte[] whole = files.get(first);
    for (int length = 0; length < whole.length; length++) {
      Files.write(first, Arrays.copyOf(whole, length));
      assertThatThrownBy(this::recover)
          .isInstanceOfSatisfying(
              CorruptionException.class, e -> assertThat(e.file()).isEqualTo(first.toString()));
    }
    assertThat(snapshot().keySet()).isEqualTo(files.keySet());
  }

  @Test
  void anyFlippedBitYieldsAPrefixOrNamesTheDamageAndNeverSkipsSilently() throws IOException {
    write(LogSync.NOW);
    Map<Path, byte[]> files = snapshot();
    int refused = 0;
    for (Path file : files.keySet()) {
      byte[] bytes = files.get(file);
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        Files.write(file, flipped);
        refused += checkFlipped(file, bit / 8, bytes.length) ? 1 : 0;
      }
      Files.write(file, bytes);
    }
    assertThat(refused).isPositive();
  }

  /** True if the damage was refused; it must be, unless it lies in the very last record. */
  private boolean checkFlipped(Path file, int at, int length) {
    Replay replay = new Replay();
    try {
      WriteAheadLog.read(storage, wal.toString(), TABLE, 0, replay);
    } catch (CorruptionException e) {
      assertThat(e.file()).isEqualTo(file.toString());
      assertThat(e.offset()).isBetween(0L, (long) at);
      return true;
    }
    assertThat(file).isEqualTo(lastSegment());
    long lastRecord = ends.get(file).lowerKey((long) length);
    assertThat((long) at).isGreaterThanOrEqualTo(lastRecord);
    assertThat(replay.operations).isEqualTo(written.subList(0, ends.get(file).get(lastRecord)));
    return false;
  }

  @Test
  void aHoleInWhatWasNeverDurableIsTheTailOfACrashEvenBeforeWholeRecordsAndSegments()
      throws IOException {
    write(LogSync.NEVER);
    // The close has synced everything, and has written so.
    Files.write(wal.resolve("head"), headBeforeClose);
    Path second = wal.resolve("00000000000000000002.wal");
    byte[] bytes = Files.readAllBytes(second);
    long from = ends.get(second).higherKey((long) SegmentHeader.BYTES);
    Arrays.fill(bytes, (int) from, (int) from + 10, (byte) 0);
    Files.write(second, bytes);
    assertThat(recover().operations).isEqualTo(written.subList(0, ends.get(second).get(from)));
    assertThat(recover().operations).isEqualTo(written.subList(0, ends.get(second).get(from)));
  }

  @Test
  void aMissingSegmentIsNamed() throws IOException {
    write(LogSync.NOW);
    Files.delete(wal.resolve("00000000000000000002.wal"));
    assertThatThrownBy(this::recover)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("00000000000000000003.wal")
        .hasMessageContaining("missing");
    Files.delete(wal.resolve("00000000000000000001.wal"));
    assertThatThrownBy(this::recover)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("operations from 0 are missing");
  }

  @Test
  void salvageKeepsWhatLiesBeforeTheDamageAndSetsTheRestAside() throws IOException {
    write(LogSync.NOW);
    Path second = wal.resolve("00000000000000000002.wal");
    byte[] bytes = Files.readAllBytes(second);
    long good = ends.get(second).higherKey((long) SegmentHeader.BYTES);
    bytes[(int) good + 9] ^= 1;
    Files.write(second, bytes);
    assertThatThrownBy(this::recover)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("offset " + good)
        .hasMessageContaining("salvage");

    List<String> kept = written.subList(0, ends.get(second).get(good));
    WriteAheadLog log = open(WalOptions.standard(0, 1).withDamage(WalOptions.Damage.SALVAGE));
    Replay replay = new Replay();
    Recovery recovery = log.recover(0, replay);
    long next = log.append(Ops.put("new", "row"));
    log.close();
    assertThat(replay.operations).isEqualTo(kept);
    assertThat(next).isEqualTo(kept.size());
    assertThat(recovery.setAside().stream().map(StoragePaths::name))
        .containsExactly("00000000000000000002.wal.damaged", "00000000000000000003.wal.damaged");
    assertThat(Files.readAllBytes(wal.resolve("00000000000000000002.wal.damaged")))
        .isEqualTo(bytes);

    List<String> after = new ArrayList<>(kept);
    after.addAll(Ops.put("new", "row").printed(next));
    assertThat(recover().operations).isEqualTo(after);
  }

  @Test
  void aSalvagedSegmentIsReleasedUnderItsOldNumber() throws IOException {
    write(LogSync.NOW);
    Path first = wal.resolve("00000000000000000001.wal");
    byte[] bytes = Files.readAllBytes(first);
    bytes[ends.get(first).higherKey((long) SegmentHeader.BYTES).intValue() + 9] ^= 1;
    Files.write(first, bytes);
    try (WriteAheadLog log =
        open(WalOptions.standard(0, 1).withDamage(WalOptions.Damage.SALVAGE))) {
      Replay replay = new Replay();
      log.recover(0, replay);
      assertThat(replay.segments).containsExactly(1L);
      log.release(1);
    }
    assertThat(
            storage.list(wal.toString()).stream()
                .map(file -> StoragePaths.name(file.path()))
                .filter(name -> name.endsWith(".wal")))
        .containsExactly("00000000000000000005.wal");
  }

  @Test
  void aSegmentOfANewerVersionIsRefusedAsSuch() throws IOException {
    write(LogSync.NOW);
    byte[] bytes = Files.readAllBytes(lastSegment());
    ByteBuffer.wrap(bytes).putInt(8, 2);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, SegmentHeader.BYTES - 4);
    ByteBuffer.wrap(bytes).putInt(SegmentHeader.BYTES - 4, (int) crc.getValue());
    Files.write(lastSegment(), bytes);
    assertThatThrownBy(this::recover)
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void noBytesWhatsoeverMakeRecoveryThrowAnythingButOurErrors() throws IOException {
    write(LogSync.NOW);
    Map<Path, byte[]> files = snapshot();
    Random random = seeds.random();
    for (int round = 0; round < 500; round++) {
      restore(files);
      Path file = wal.resolve(String.format("%020d.wal", 1 + random.nextInt(3)));
      byte[] bytes = files.get(file).clone();
      for (int i = random.nextInt(20); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      if (random.nextBoolean()) {
        sealChecksums(file, bytes);
      }
      Files.write(file, bytes);
      Replay replay = new Replay();
      try {
        WriteAheadLog.read(storage, wal.toString(), TABLE, 0, replay);
      } catch (CorruptionException | UnsupportedFeatureException e) {
        assertThat(e).hasMessageContaining(".wal");
      }
    }
  }

  /** Makes the checksums of changed records right again, so that their content is looked at. */
  private void sealChecksums(Path file, byte[] bytes) {
    for (long start : ends.get(file).keySet()) {
      Long end = ends.get(file).higherKey(start);
      if (end != null) {
        CRC32C crc = new CRC32C();
        ByteBuffer.wrap(bytes).putInt((int) start, (int) (end - start - 8));
        crc.update(bytes, (int) start, 4);
        crc.update(bytes, (int) start + 8, (int) (end - start - 8));
        ByteBuffer.wrap(bytes).putInt((int) start + 4, (int) crc.getValue());
      }
    }
  }
}
