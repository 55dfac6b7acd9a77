package io.firn.benchmarks.suite;

import java.util.List;
import java.util.Optional;

/**
 * A suite as the commands that run several see it. Implemented by the suite's picocli command,
 * which is registered with the main command under the suite's name.
 */
public interface BenchmarkSuite {

  /** The arguments of the full form, as documented. */
  List<String> fullArguments();

  /** The arguments of the form for a few minutes; empty if the suite has none. */
  Optional<List<String>> quickArguments();
}
