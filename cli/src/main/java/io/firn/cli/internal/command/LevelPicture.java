package io.firn.cli.internal.command;

import io.firn.cli.internal.output.Quantity;
import io.firn.cli.internal.output.Terminal.Symbols;
import io.firn.engine.FileInfo;
import io.firn.engine.FirnTable;
import io.firn.engine.TableStats.LevelStats;
import io.firn.format.KeyCodec;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * The levels of a table drawn with text: the table's key range from left to right, a bar for each
 * file. Keys are placed by their rank among the first and last keys of all files, so that ranges
 * that overlap on disk overlap in the picture, however the keys are spread.
 */
final class LevelPicture {

  private static final int WIDTH = 72;
  private static final int LINES_A_LEVEL = 12;
  private static final String UNICODE_SHADES = "█▓▒░";
  private static final String ASCII_SHADES = "#=-.";

  private final List<String> lines = new ArrayList<>();
  private final List<byte[]> ranks;
  private final KeyCodec codec;
  private final String shades;

  private LevelPicture(FirnTable table, List<FileInfo> files, Symbols symbols) {
    List<Integer> ids =
        table.keyColumns().stream().map(name -> table.schema().findField(name).fieldId()).toList();
    this.codec = TableSchema.of(table.schema(), ids).keys();
    this.shades = symbols == Symbols.UNICODE ? UNICODE_SHADES : ASCII_SHADES;
    TreeSet<byte[]> keys = new TreeSet<>(KeyCodec::compare);
    for (FileInfo file : files) {
      keys.add(first(file));
      keys.add(last(file));
    }
    this.ranks = List.copyOf(keys);
  }

  /** The lines of the picture of a table as it is now. */
  static List<String> of(FirnTable table, Symbols symbols) {
    List<FileInfo> files = table.files();
    LevelPicture picture = new LevelPicture(table, files, symbols);
    picture.head(table, files);
    for (LevelStats level : table.stats().levels()) {
      if (level.files() > 0) {
        picture.level(level, files.stream().filter(f -> f.level() == level.level()).toList());
      }
    }
    return picture.lines;
  }

  private void head(FirnTable table, List<FileInfo> files) {
    long bytes = files.stream().mapToLong(FileInfo::lengthBytes).sum();
    long rows = files.stream().mapToLong(FileInfo::rows).sum();
    long masked = files.stream().mapToLong(FileInfo::maskedRows).sum();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %s, %s, %s live rows, %s masked (%s)",
            table.location(),
            Quantity.of(files.size(), "file"),
            Quantity.bytes(bytes),
            Quantity.count(rows - masked),
            Quantity.count(masked),
            Quantity.share(masked, rows)));
    if (!files.isEmpty()) {
      KeyText keys = new KeyText(table.schema(), table.keyColumns());
      lines.add(
          "keys "
              + keys.print(decode(ranks.get(0)))
              + "  to  "
              + keys.print(decode(ranks.get(ranks.size() - 1))));
    }
  }

  private List<Object> decode(byte[] key) {
    var record = codec.decode(key);
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < record.size(); i++) {
      values.add(record.get(i));
    }
    return values;
  }

  private void level(LevelStats level, List<FileInfo> files) {
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "L%d  %s, %s, %s rows, %s masked (%s), score %.2f%s",
            level.level(),
            Quantity.of(level.files(), "file"),
            Quantity.bytes(level.bytes()),
            Quantity.count(level.rows()),
            Quantity.count(level.maskedRows()),
            Quantity.share(level.maskedRows(), level.rows()),
            level.score(),
            level.score() >= 1 ? ", due" : ""));
    List<List<FileInfo>> runs = runs(files);
    for (List<FileInfo> run : runs.subList(0, Math.min(LINES_A_LEVEL, runs.size()))) {
      lines.add("    |" + draw(run) + "|");
    }
    if (runs.size() > LINES_A_LEVEL) {
      lines.add("    and " + (runs.size() - LINES_A_LEVEL) + " more overlapping ones");
    }
  }

  /** Files that do not overlap share a line. */
  private List<List<FileInfo>> runs(List<FileInfo> files) {
    List<List<FileInfo>> runs = new ArrayList<>();
    List<FileInfo> sorted = new ArrayList<>(files);
    sorted.sort(Comparator.comparing(this::first, KeyCodec::compare));
    for (FileInfo file : sorted) {
      boolean placed = false;
      for (List<FileInfo> run : runs) {
        if (KeyCodec.compare(last(run.get(run.size() - 1)), first(file)) < 0) {
          run.add(file);
          placed = true;
          break;
        }
      }
      if (!placed) {
        runs.add(new ArrayList<>(List.of(file)));
      }
    }
    return runs;
  }

  private String draw(List<FileInfo> run) {
    StringBuilder line = new StringBuilder(" ".repeat(WIDTH));
    int free = 0;
    for (FileInfo file : run) {
      int from = Math.min(WIDTH - 1, Math.max(free, column(first(file))));
      int to = Math.max(from, column(last(file)));
      char shade = shade(file);
      for (int i = from; i <= to; i++) {
        line.setCharAt(i, shade);
      }
      // A gap tells neighbours apart where there is room for one.
      if (from > 0 && from == free && line.charAt(from - 1) != ' ' && to > from) {
        line.setCharAt(from, '|');
      }
      free = to + 1;
    }
    return line.toString();
  }

  private int column(byte[] key) {
    if (ranks.size() < 2) {
      return 0;
    }
    int rank = java.util.Collections.binarySearch(ranks, key, KeyCodec::compare);
    return (int) ((long) rank * (WIDTH - 1) / (ranks.size() - 1));
  }

  private char shade(FileInfo file) {
    double masked = file.rows() == 0 ? 0 : (double) file.maskedRows() / file.rows();
    int step = masked == 0 ? 0 : masked < 0.1 ? 1 : masked < 0.5 ? 2 : 3;
    return shades.charAt(step);
  }

  private byte[] first(FileInfo file) {
    return codec.encode(file.firstKey().toArray());
  }

  private byte[] last(FileInfo file) {
    return codec.encode(file.lastKey().toArray());
  }
}
