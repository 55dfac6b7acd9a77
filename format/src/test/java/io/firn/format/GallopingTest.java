package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.Seeds;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GallopingTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void findsWhatCountingFindsWhereverItBegins() {
    Random random = seeds.random();
    for (int round = 0; round < 20_000; round++) {
      int[] ints = random.ints(random.nextInt(40), -60, 60).sorted().toArray();
      if (ints.length > 1 && random.nextInt(4) == 0) {
        ints[0] = Integer.MIN_VALUE;
        ints[ints.length - 1] = Integer.MAX_VALUE;
      }
      long[] longs = Arrays.stream(ints).asLongStream().toArray();
      int from = random.nextInt(ints.length + 1);
      int to = from + random.nextInt(ints.length - from + 1);
      long number =
          switch (random.nextInt(8)) {
            case 0 -> Long.MIN_VALUE;
            case 1 -> Long.MAX_VALUE;
            case 2 -> Integer.MAX_VALUE + 1L;
            default -> random.nextInt(-70, 70);
          };
      int expected =
          from + (int) Arrays.stream(longs, from, to).filter(value -> value < number).count();
      assertThat(Galloping.lowerBound(from, to, i -> longs[i] < number)).isEqualTo(expected);
      assertThat(Galloping.lowerBound(from, to, i -> ints[i] < number)).isEqualTo(expected);
      int guess = random.nextInt(-2, ints.length + 3);
      assertThat(Galloping.lowerBound(from, to, guess, i -> longs[i] < number)).isEqualTo(expected);
    }
  }
}
