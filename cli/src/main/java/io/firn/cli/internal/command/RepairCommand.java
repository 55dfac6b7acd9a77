package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.cli.internal.output.Quantity;
import io.firn.engine.RepairPlan;
import io.firn.engine.RepairStep;
import io.firn.engine.TableRepair;
import io.firn.error.InvalidArgumentException;
import io.firn.storage.LocalStorage;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code firn repair}: mends what {@code firn verify} finds. */
@Command(
    name = "repair",
    description = {
      "Mend a broken table. Without --yes, only show what would be done; exit code 3 if there is"
          + " something.",
      "What is replaced stays beside the table under names that end in .damaged. Rows or operations"
          + " are given up only if --lose names their number, as the plan shows it."
    })
final class RepairCommand extends TableCommand {

  private static final String UNKNOWN = "unknown";

  @Option(names = "--yes", description = "Do it")
  private boolean yes;

  @Option(
      names = "--lose",
      paramLabel = "N",
      description =
          "How many rows and operations may be lost: the number that the plan shows, or 'unknown'"
              + " if it shows that")
  private @Nullable String lose;

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    long accepted = accepted();
    TableRepair repair =
        new TableRepair(table.location(), new LocalStorage(), table.localDirectory());
    RepairPlan plan = yes ? repair.run(accepted) : repair.plan();
    print(plan);
    if (plan.steps().isEmpty()) {
      terminal().say("There is nothing to repair");
      return ExitCode.OK;
    }
    if (yes) {
      terminal().say("Repaired in " + Quantity.of(plan.steps().size(), "step") + lost(plan));
      return ExitCode.OK;
    }
    terminal().say("Nothing was changed; say --yes to do this" + lost(plan));
    return ExitCode.FINDINGS;
  }

  private long accepted() {
    try {
      return lose == null ? 0 : lose.equals(UNKNOWN) ? RepairPlan.UNKNOWN : Long.parseLong(lose);
    } catch (NumberFormatException e) {
      throw new InvalidArgumentException("--lose: not a number: " + lose, e);
    }
  }

  private static String lost(RepairPlan plan) {
    return plan.lost() == 0
        ? "; nothing is lost"
        : "; lost: " + number(plan.lost()) + " (--lose " + number(plan.lost()) + ")";
  }

  private static String number(long lost) {
    return lost == RepairPlan.UNKNOWN ? UNKNOWN : Long.toString(lost);
  }

  private void print(RepairPlan plan) {
    if (format.format() == Listing.Format.JSON) {
      Listing listing =
          new Listing(
              column("kind", Kind.TEXT),
              column("file", Kind.TEXT),
              column("what", Kind.TEXT),
              column("remedy", Kind.TEXT),
              column("lost", Kind.TEXT));
      for (RepairStep step : plan.steps()) {
        listing.add(kind(step), step.file(), step.what(), step.remedy(), number(step.lost()));
      }
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      all.put("steps", listing.asObjects());
      all.put("lost", number(plan.lost()));
      Listing.printJson(all, terminal());
      return;
    }
    // Whole names, as in verify: cutting them to columns would hide which file is meant.
    for (RepairStep step : plan.steps()) {
      terminal().print(kind(step) + "  " + step.file() + ": " + step.what());
      terminal().print("    " + (yes ? "done: " : "would: ") + step.remedy());
    }
  }

  private static String kind(RepairStep step) {
    return step.kind().name().toLowerCase(Locale.ROOT);
  }
}
