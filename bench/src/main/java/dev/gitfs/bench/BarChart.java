package dev.gitfs.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/**
 * Groups of horizontal bars as SVG, with each bar's value beside it. Its colours are those of a
 * page that is light or dark, as the reader's browser wants it.
 */
final class BarChart {
  private static final int WIDTH = 760;
  private static final int LEFT = 190;
  private static final int RIGHT = 60;
  private static final int BAR = 12;
  private static final int GAP = 10;
  private static final int TOP = 62;

  /** Told apart by those who see no colours too: dark, middle, light. */
  private static final String STYLE =
      """
      text { font: 12px system-ui, sans-serif; fill: #1f2328 }
      .title { font-weight: 600 }
      .value { font-size: 10px; fill: #59636e }
      .bar0 { fill: #0550ae } .bar1 { fill: #54aeff } .bar2 { fill: #afb8c1 }
      @media (prefers-color-scheme: dark) {
        text { fill: #f0f6fc }
        .value { fill: #9198a1 }
        .bar0 { fill: #58a6ff } .bar1 { fill: #1f6feb } .bar2 { fill: #656c76 }
      }
      """;

  private record Bar(String series, double value) {}

  /** Bars that are compared with one another. */
  static final class Group {
    private final String name;
    private final List<Bar> bars = new ArrayList<>();

    private Group(String name) {
      this.name = name;
    }

    void bar(String series, double value) {
      bars.add(new Bar(series, value));
    }
  }

  private final String title;
  private final List<Group> groups = new ArrayList<>();

  BarChart(String title) {
    this.title = title;
  }

  Group group(String name) {
    var group = new Group(name);
    groups.add(group);
    return group;
  }

  String svg() {
    var series = new LinkedHashSet<String>();
    groups.forEach(group -> group.bars.forEach(bar -> series.add(bar.series())));
    var names = List.copyOf(series);
    var most =
        groups.stream()
            .flatMap(group -> group.bars.stream())
            .mapToDouble(Bar::value)
            .max()
            .orElse(1);
    var body = new StringBuilder();
    text(body, "title", 0, 16, title);
    legend(body, names);
    var y = TOP;
    for (var group : groups) {
      text(body, "name", 0, y + (group.bars.size() * BAR + 9) / 2, group.name);
      for (var bar : group.bars) {
        var length = Math.max(1, bar.value() / most * (WIDTH - LEFT - RIGHT));
        rectangle(body, names.indexOf(bar.series()), LEFT, y, length, BAR - 1);
        text(body, "value", LEFT + length + 5, y + BAR - 3, Unit.SECONDS.format(bar.value()));
        y += BAR;
      }
      y += GAP;
    }
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%1$d" role="img">
    <title>%s</title>
    <style>
    %s</style>
    %s</svg>
    """
        .formatted(WIDTH, y, escaped(title), STYLE, body);
  }

  private static void legend(StringBuilder body, List<String> names) {
    double x = 0;
    for (var i = 0; i < names.size(); i++) {
      rectangle(body, i, x, 30, BAR, BAR);
      text(body, "name", x + BAR + 6, 40, names.get(i));
      x += BAR + 30 + 6.5 * names.get(i).length();
    }
  }

  private static void rectangle(
      StringBuilder body, int series, double x, double y, double width, double height) {
    body.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"bar%d\" x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.0f\"/>%n",
            series,
            x,
            y,
            width,
            height));
  }

  private static void text(StringBuilder body, String kind, double x, double y, String text) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%.0f\">%s</text>%n",
            kind,
            x,
            y,
            escaped(text)));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
