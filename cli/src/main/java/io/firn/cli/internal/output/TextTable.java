package io.firn.cli.internal.output;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines of aligned cells under a head. Widths follow the rows held at the time of the first {@link
 * #print}; later rows may stick out.
 */
final class TextTable {

  /** Which side of its column a cell keeps to. */
  enum Side {
    LEFT,
    RIGHT
  }

  private static final int CELL_WIDTH_MAX = 60;

  private final List<String> names;
  private final List<Side> sides;
  private final int[] widths;
  private final List<List<String>> held = new ArrayList<>();
  private boolean headPrinted;

  TextTable(List<String> names, List<Side> sides) {
    this.names = List.copyOf(names);
    this.sides = List.copyOf(sides);
    this.widths = names.stream().mapToInt(TextTable::width).toArray();
  }

  void add(List<String> cells) {
    List<String> row = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      String cell = visible(cells.get(i));
      row.add(cell);
      widths[i] = Math.max(widths[i], width(cell));
    }
    held.add(row);
  }

  int heldRows() {
    return held.size();
  }

  /** Prints what is held, below the head if that has not been printed yet. */
  void print(Terminal terminal) {
    if (!headPrinted) {
      terminal.print(line(names));
      List<String> rules = new ArrayList<>();
      for (int width : widths) {
        rules.add("-".repeat(width));
      }
      terminal.print(line(rules));
      headPrinted = true;
    }
    held.forEach(row -> terminal.print(line(row)));
    held.clear();
  }

  private String line(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String padding = " ".repeat(Math.max(0, widths[i] - width(cells.get(i))));
      line.append(i == 0 ? "" : "  ");
      if (sides.get(i) == Side.RIGHT) {
        line.append(padding).append(cells.get(i));
      } else {
        line.append(cells.get(i)).append(i == cells.size() - 1 ? "" : padding);
      }
    }
    return line.toString();
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  /** Control characters would break the lines, or drive the terminal. */
  private static String visible(String cell) {
    StringBuilder text = new StringBuilder();
    cell.codePoints()
        .limit(CELL_WIDTH_MAX + 1L)
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\r' -> text.append("\\r");
                default -> text.appendCodePoint(Character.isISOControl(c) ? '?' : c);
              }
            });
    return width(text.toString()) <= CELL_WIDTH_MAX
        ? text.toString()
        : text.substring(0, text.offsetByCodePoints(0, CELL_WIDTH_MAX - 3)) + "...";
  }
}
