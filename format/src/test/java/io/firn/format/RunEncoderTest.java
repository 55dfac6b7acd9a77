package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RunEncoderTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void parquetsDecoderGivesBackTheValues() throws IOException {
    Random random = seeds.random();
    for (int round = 0; round < 2000; round++) {
      int bitWidth = 1 + random.nextInt(20);
      int[] values = new int[random.nextInt(100)];
      for (int i = 0; i < values.length; i++) {
        boolean repeat = i > 0 && random.nextInt(10) < 8;
        values[i] = repeat ? values[i - 1] : random.nextInt(1 << bitWidth);
      }
      ByteBuilder target = new ByteBuilder();
      RunEncoder.append(values, values.length, bitWidth, target);
      RunLengthBitPackingHybridDecoder decoder =
          new RunLengthBitPackingHybridDecoder(
              bitWidth, new ByteArrayInputStream(target.toByteArray()));
      for (int value : values) {
        assertThat(decoder.readInt()).isEqualTo(value);
      }
    }
  }

  @Test
  void aLongRunTakesAFewBytes() {
    ByteBuilder target = new ByteBuilder();
    RunEncoder.append(new int[100_000], 100_000, 1, target);
    assertThat(target.length()).isLessThan(6);
  }
}
