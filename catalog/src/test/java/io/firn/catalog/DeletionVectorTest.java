package io.firn.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.CorruptionException;
import io.firn.error.InvalidArgumentException;
import io.firn.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Deletion vectors behave as sets of positions, and files of them as Iceberg reads them. */
class DeletionVectorTest {
  @RegisterExtension final Seeds seeds = new Seeds();

  private final DurableFileIO io = new DurableFileIO();

  @TempDir Path directory;

  private static DeletionVector vector(Set<Long> positions) {
    return DeletionVector.of(positions.stream().mapToLong(Long::longValue).toArray());
  }

  private static NavigableSet<Long> positions(Random random) {
    TreeSet<Long> positions = new TreeSet<>();
    int count = random.nextInt(2000);
    for (int i = 0; i < count; i++) {
      positions.add(
          random.nextInt(50) == 0
              ? (1L << 32) + random.nextInt(100)
              : (long) random.nextInt(random.nextBoolean() ? 3000 : 1 << 20));
    }
    return positions;
  }

  @Test
  void setOperationsEqualThoseOfASetOfPositions() {
    Random random = seeds.random();
    for (int round = 0; round < 100; round++) {
      NavigableSet<Long> a = positions(random);
      NavigableSet<Long> b = positions(random);
      DeletionVector one = vector(a);
      DeletionVector other = vector(b);
      TreeSet<Long> union = new TreeSet<>(a);
      union.addAll(b);
      TreeSet<Long> difference = new TreeSet<>(a);
      difference.removeAll(b);
      assertThat(one.union(other)).isEqualTo(vector(union));
      assertThat(one.minus(other))
          .isEqualTo(vector(difference))
          .hasSameHashCodeAs(vector(difference));
      assertThat(one.cardinality()).isEqualTo(a.size());
      assertThat(one.toArray()).containsExactly(a.stream().mapToLong(Long::longValue).toArray());
      long probe = random.nextInt(1 << 20);
      assertThat(one.contains(probe)).isEqualTo(a.contains(probe));
      Long next = a.ceiling(probe);
      assertThat(one.nextDeleted(probe)).isEqualTo(next == null ? -1 : next);
      assertThat(one.intersects(probe, probe + 100)).isEqualTo(next != null && next < probe + 100);
    }
  }

  @Test
  void equalVectorsHaveEqualHashCodesHoweverTheirBitmapsAreKept() {
    DeletionVector run = DeletionVector.of(LongStream.range(0, 2000).toArray());
    DeletionVector evens =
        DeletionVector.of(LongStream.range(0, 2000).filter(p -> p % 2 == 0).toArray());
    DeletionVector odds = run.minus(evens);
    assertThat(evens.union(odds)).isEqualTo(run).hasSameHashCodeAs(run);
    assertThat(run.minus(DeletionVector.of(2000))).hasSameHashCodeAs(run);
    assertThat(evens).doesNotHaveSameHashCodeAs(run);
    assertThat(evens).doesNotHaveSameHashCodeAs(odds);
  }

  @Test
  void aBuilderCanGoOnWithoutChangingWhatItBuilt() {
    DeletionVector.Builder builder = DeletionVector.builder().add(1);
    DeletionVector built = builder.build();
    builder.add(2).addAll(DeletionVector.of(7));
    assertThat(built.toArray()).containsExactly(1);
    assertThat(builder.build().toArray()).containsExactly(1, 2, 7);
    assertThat(DeletionVector.builder().build()).isEqualTo(DeletionVector.EMPTY);
    assertThatThrownBy(() -> DeletionVector.of(-1)).isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void whatWeWriteIcebergReadsAndWhatItWritesWeRead() throws IOException {
    Random random = seeds.random();
    Map<String, DeletionVector> vectors = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      NavigableSet<Long> positions = positions(random);
      positions.add((long) i);
      vectors.put("/data/file-" + i + ".parquet", vector(positions));
    }
    String path = directory.resolve("dv.puffin").toString();
    Map<String, DeleteFile> files =
        DeletionVectorFiles.write(io, checksum -> path, PartitionSpec.unpartitioned(), vectors);
    BaseDeleteLoader loader =
        new BaseDeleteLoader(file -> io.newInputFile(file.location(), file.fileSizeInBytes()));
    for (Map.Entry<String, DeletionVector> vector : vectors.entrySet()) {
      DeleteFile file = files.get(vector.getKey());
      PositionDeleteIndex index = loader.loadPositionDeletes(List.of(file), vector.getKey());
      List<Long> read = new ArrayList<>();
      index.forEach(read::add);
      assertThat(read.stream().mapToLong(Long::longValue))
          .containsExactly(Arrays.stream(vector.getValue().toArray()).boxed().toArray(Long[]::new));
      assertThat(DeletionVectorFiles.read(io, file)).isEqualTo(vector.getValue());
    }
  }

  @Test
  void everyFlippedBitOfAVectorIsNoticed() throws IOException {
    Path path = directory.resolve("dv.puffin");
    DeleteFile file =
        DeletionVectorFiles.write(
                io,
                checksum -> path.toString(),
                PartitionSpec.unpartitioned(),
                Map.of("/data/a.parquet", DeletionVector.of(1, 5, 900_000)))
            .get("/data/a.parquet");
    byte[] bytes = Files.readAllBytes(path);
    int from = Math.toIntExact(file.contentOffset());
    for (int bit = from * 8; bit < (from + file.contentSizeInBytes()) * 8; bit++) {
      byte[] broken = bytes.clone();
      broken[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(path, broken);
      assertThatThrownBy(() -> DeletionVectorFiles.read(io, file))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(path.toString());
    }
    Files.write(path, Arrays.copyOf(bytes, from + 10));
    assertThatThrownBy(() -> DeletionVectorFiles.read(io, file))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("ends");
  }

  @Test
  void liveRowsAreThoseThatAreNotDeletedInAnyStretch() {
    Random random = seeds.random();
    for (int round = 0; round < 50; round++) {
      long base = round % 5 == 0 ? (1L << 32) - 100 : random.nextInt(1000);
      DeletionVector.Builder builder = DeletionVector.builder();
      for (int i = random.nextInt(400); i > 0; i--) {
        builder.add(base + random.nextInt(300));
      }
      DeletionVector vector = builder.build();
      long from = Math.max(0, base - 100 + random.nextInt(300));
      int count = 1 + random.nextInt(300);
      int[] target = new int[count + 1];
      int live = vector.selectLive(from, count, target);
      assertThat(IntStream.of(target).limit(live))
          .containsExactlyElementsOf(
              IntStream.range(0, count)
                  .filter(row -> !vector.contains(from + row))
                  .boxed()
                  .toList());
    }
  }
}
