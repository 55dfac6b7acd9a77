package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KeyListTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void whereTwoPrefixesDifferTheyOrderTheKeys() {
    Random random = seeds.random();
    KeyList keys = new KeyList();
    for (int i = 0; i < 400; i++) {
      byte[] key = new byte[random.nextInt(13)];
      for (int at = 0; at < key.length; at++) {
        // Few values, and the extreme ones: zeros look like padding, high bytes like signs.
        key[at] = new byte[] {0, 1, 0x7f, (byte) 0x80, (byte) 0xff}[random.nextInt(5)];
      }
      keys.add(key);
    }
    int told = 0;
    for (int i = 0; i < keys.size(); i++) {
      for (int j = 0; j < keys.size(); j++) {
        int byPrefix = Long.compareUnsigned(keys.prefix(i), keys.prefix(j));
        if (byPrefix != 0) {
          told++;
          assertThat(Integer.signum(byPrefix))
              .isEqualTo(Integer.signum(keys.compare(i, keys.get(j))));
        }
      }
    }
    assertThat(told).isGreaterThan(100_000);
  }
}
