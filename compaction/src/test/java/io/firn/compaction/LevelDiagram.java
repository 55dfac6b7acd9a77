package io.firn.compaction;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text diagram of levels and the picks that must follow from it. Grammar, one item a line:
 *
 * <pre>
 * options l0=4 small=8 target=100 base=400 multiplier=10 masked=0.2 dv=1000 cap=4000 levels=4
 * L1: a[10-20] b[30-40]:bytes b[30-40]:bytes/masked%  c[..]!foreign d[..]*rows e[..]@commit
 * running a b -> L2
 * pick KIND a b -> L1      (or: pick nothing; several in order, each stays reserved)
 * minor / full / purge KIND a b -> L1
 * </pre>
 *
 * Unless it says otherwise, a file has 100 rows and 100 bytes. Later files are newer, but for those
 * of one commit.
 */
final class LevelDiagram {

  private static final Pattern FILE =
      Pattern.compile(
          "(\\w+)\\[(\\w+)-(\\w+)](?::(\\d+))?(?:/(\\d+)%)?(!foreign)?(?:\\*(\\d+))?(?:@(\\d+))?");

  final Map<String, CompactionFile> files = new LinkedHashMap<>();
  final List<String> running = new ArrayList<>();
  final List<String> expectations = new ArrayList<>();
  CompactionOptions options = parseOptions("");

  static LevelDiagram parse(String text) {
    LevelDiagram diagram = new LevelDiagram();
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith("options")) {
        diagram.options = parseOptions(line.substring("options".length()));
      } else if (line.matches("L\\d+:.*")) {
        int level = line.charAt(1) - '0';
        Matcher matcher = FILE.matcher(line.substring(3));
        while (matcher.find()) {
          diagram.add(level, matcher);
        }
      } else if (line.startsWith("running ")) {
        diagram.running.add(line.substring("running ".length()));
      } else {
        diagram.expectations.add(line);
      }
    }
    return diagram;
  }

  private void add(int level, Matcher file) {
    String name = file.group(1);
    long bytes = file.group(4) == null ? 100 : Long.parseLong(file.group(4));
    long masked = file.group(5) == null ? 0 : Long.parseLong(file.group(5));
    long rows = file.group(7) == null ? 100 : Long.parseLong(file.group(7));
    long commit = file.group(8) == null ? files.size() + 1 : Long.parseLong(file.group(8));
    files.put(
        name,
        new CompactionFile(
            name,
            file.group(6) == null ? CompactionFile.Origin.FIRN : CompactionFile.Origin.FOREIGN,
            level,
            KeyRange.of(file.group(2).getBytes(US_ASCII), file.group(3).getBytes(US_ASCII)),
            bytes,
            rows,
            rows * masked / 100,
            masked * 10,
            commit));
  }

  LevelView view() {
    return LevelView.of(files.values(), Map.of(), options.levelsMax());
  }

  CompactionPlan plan(String names, CompactionPlan.Kind kind) {
    String[] sides = names.split(" -> L");
    List<CompactionFile> inputs = new ArrayList<>();
    for (String name : sides[0].strip().split(" +")) {
      inputs.add(files.get(name));
    }
    return new CompactionPlan(kind, inputs, Integer.parseInt(sides[1].strip()), 0);
  }

  static String describe(CompactionPlan plan) {
    return plan.kind() + " " + String.join(" ", plan.inputPaths()) + " -> L" + plan.outputLevel();
  }

  private static CompactionOptions parseOptions(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String item : text.strip().split(" +")) {
      if (!item.isEmpty()) {
        values.put(item.substring(0, item.indexOf('=')), item.substring(item.indexOf('=') + 1));
      }
    }
    return CompactionOptions.builder()
        .l0FilesTrigger(Integer.parseInt(values.getOrDefault("l0", "4")))
        .smallFilesTrigger(Integer.parseInt(values.getOrDefault("small", "8")))
        .targetFileBytes(Long.parseLong(values.getOrDefault("target", "100")))
        .levelBaseBytes(Long.parseLong(values.getOrDefault("base", "400")))
        .levelMultiplier(Integer.parseInt(values.getOrDefault("multiplier", "10")))
        .maskedRowRatio(Double.parseDouble(values.getOrDefault("masked", "0.2")))
        .maxDvBytes(Long.parseLong(values.getOrDefault("dv", "100000")))
        .maxInputBytesPerJob(Long.parseLong(values.getOrDefault("cap", "4000")))
        .levelsMax(Integer.parseInt(values.getOrDefault("levels", "4")))
        .build();
  }
}
