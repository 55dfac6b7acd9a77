package io.firn.engine;

import io.firn.testkit.LeakCheck;
import io.firn.testkit.Seeds;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Other engines commit while Firn has the table open and writes: no row of either side is lost, no
 * key is there twice, no snapshot is unreadable; every other table has format version 2. {@code
 * -Dfirn.interleavings=500} is the long form.
 */
class ForeignScenarioTest {

  private static final int INTERLEAVINGS = Integer.getInteger("firn.interleavings", 10);
  private static final int STEPS = 30;

  /** The number of the only interleaving to run; all if negative. */
  private static final int ONLY = Integer.getInteger("firn.interleaving", -1);

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  static IntStream interleavings() {
    return ONLY < 0 ? IntStream.range(0, INTERLEAVINGS) : IntStream.of(ONLY);
  }

  @ParameterizedTest
  @MethodSource("interleavings")
  void engineIcebergAndModelAgreeWhateverOthersCommit(int interleaving) throws Exception {
    try (ForeignScenario scenario =
        new ForeignScenario(directory, seeds.random(interleaving), 3 - interleaving % 2)) {
      try {
        scenario.run(STEPS);
      } catch (Exception | AssertionError e) {
        throw new AssertionError(
            "Interleaving %d (-Dfirn.interleaving=%d runs it alone):%n%s"
                .formatted(interleaving, interleaving, String.join("\n", scenario.story())),
            e);
      }
    }
  }
}
