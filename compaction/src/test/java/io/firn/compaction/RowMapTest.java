package io.firn.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.DeletionVector;
import io.firn.testkit.Seeds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RowMapTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  private record Row(int output, long position) {}

  @Test
  void everyRowIsFoundWhereItWasWrittenAndNoOtherIs() {
    Random random = seeds.random();
    int inputs = 5;
    long[] next = new long[inputs];
    List<Map<Long, Row>> expected = new ArrayList<>();
    RowMap.Builder builder = new RowMap.Builder(inputs);
    for (int i = 0; i < inputs; i++) {
      expected.add(new HashMap<>());
    }
    long inOutput = 0;
    int output = 0;
    for (int run = 0; run < 20_000; run++) {
      int input = random.nextInt(inputs);
      next[input] += random.nextInt(4) == 0 ? random.nextInt(300) : 0;
      int count = 1 + (random.nextInt(10) == 0 ? random.nextInt(100) : 0);
      builder.add(input, next[input], count);
      for (int i = 0; i < count; i++) {
        expected.get(input).put(next[input]++, new Row(output, inOutput++));
      }
      if (inOutput > 10_000) {
        builder.endOutput(inOutput);
        inOutput = 0;
        output++;
      }
    }
    builder.endOutput(inOutput);
    RowMap map = serialised(builder.build());
    for (int input = 0; input < inputs; input++) {
      for (int density : new int[] {1, 7, 997}) {
        DeletionVector.Builder asked = DeletionVector.builder();
        Map<Long, Row> wanted = new HashMap<>();
        for (long position = 0; position < next[input] + 10; position += density) {
          asked.add(position);
          Row row = expected.get(input).get(position);
          if (row != null) {
            wanted.put(position, row);
          }
        }
        Map<Long, Row> found = new HashMap<>();
        map.map(input, asked.build(), (from, to, at) -> found.put(from, new Row(to, at)));
        assertThat(found).isEqualTo(wanted);
      }
    }
  }

  @Test
  void anInputReadInAnyOrderIsMappedToo() {
    RowMap.Builder builder = new RowMap.Builder(2);
    builder.unordered(1, 4);
    builder.add(1, 3, 1);
    builder.add(0, 0, 2);
    builder.add(1, 0, 1);
    builder.endOutput(3);
    builder.add(1, 2, 1);
    builder.endOutput(2);
    Map<Long, Row> found = new HashMap<>();
    builder
        .build()
        .map(1, DeletionVector.of(0, 1, 2, 3), (from, to, at) -> found.put(from, new Row(to, at)));
    assertThat(found).isEqualTo(Map.of(3L, new Row(0, 0), 0L, new Row(1, 0), 2L, new Row(1, 1)));
  }

  @Test
  void aRowThatAlternatesBetweenInputsCostsFewBytes() {
    RowMap.Builder builder = new RowMap.Builder(2);
    for (int i = 0; i < 100_000; i++) {
      builder.add(0, i, 1);
      builder.add(1, i, 1);
    }
    builder.endOutput(200_000);
    assertThat(builder.build().bytes()).isLessThan(4 * 200_000);
  }

  private static RowMap serialised(RowMap map) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(map);
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        return (RowMap) in.readObject();
      }
    } catch (IOException | ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
