package io.firn.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every diagram in {@code picks/} leads to exactly the picks written below it. */
class CompactionPickerTest {

  @TestFactory
  Stream<DynamicTest> diagramsLeadToTheirPicks() throws IOException, URISyntaxException {
    URI folder = Objects.requireNonNull(CompactionPickerTest.class.getResource("/picks")).toURI();
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      for (Path file : files.sorted().toList()) {
        for (String section : Files.readString(file, UTF_8).split("(?m)^== ")) {
          if (!section.isBlank()) {
            String name = section.lines().findFirst().orElseThrow();
            String diagram = section.substring(name.length());
            tests.add(
                DynamicTest.dynamicTest(
                    file.getFileName() + ": " + name, () -> check(LevelDiagram.parse(diagram))));
          }
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(20);
    return tests.stream();
  }

  private static void check(LevelDiagram diagram) {
    Reservations reservations = new Reservations();
    for (String running : diagram.running) {
      assertThat(reservations.tryReserve(diagram.plan(running, CompactionPlan.Kind.NEXT_LEVEL)))
          .isTrue();
    }
    CompactionPicker picker = new CompactionPicker(diagram.options, reservations);
    RequestedPlans requested = new RequestedPlans(diagram.options);
    List<String> expectations = diagram.expectations;
    assertThat(expectations).isNotEmpty();
    List<String> actual = new ArrayList<>();
    LevelView view = diagram.view();
    for (String expectation : expectations) {
      if (expectation.startsWith("pick ")) {
        actual.add("pick " + describe(picker.pick(view)));
      } else if (expectation.startsWith("minor ")) {
        actual.add("minor " + describe(picker.pickMinor(view)));
      }
    }
    if (expectations.get(0).startsWith("full ")) {
      describe("full ", requested.full(view), actual);
    } else if (expectations.get(0).startsWith("purge ")) {
      describe("purge ", requested.purge(view), actual);
    }
    assertThat(actual).isEqualTo(expectations);
  }

  private static void describe(String prefix, List<CompactionPlan> plans, List<String> target) {
    if (plans.isEmpty()) {
      target.add(prefix + "nothing");
    }
    plans.forEach(plan -> target.add(prefix + LevelDiagram.describe(plan)));
  }

  private static String describe(Optional<CompactionPlan> plan) {
    return plan.map(LevelDiagram::describe).orElse("nothing");
  }
}
