package dev.gitfs.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What one benchmark found, as Markdown: the conditions, then a table with the goal beside each
 * figure.
 */
final class Report {
  private final String reference;
  private final List<String> conditions = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  /**
   * A report without rows.
   *
   * @param reference heading of the column of what git-fs is compared with
   */
  Report(String reference) {
    this.reference = reference;
  }

  /** A sentence above the table: under which conditions the figures hold. */
  Report condition(String sentence) {
    conditions.add(sentence);
    return this;
  }

  Report row(Row row) {
    rows.add(row);
    return this;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  boolean meetsItsGoals() {
    return rows.stream().allMatch(Row::meetsItsGoals);
  }

  String markdown() {
    var lines = new ArrayList<String>();
    conditions.forEach(sentence -> lines.add("- " + sentence));
    if (!conditions.isEmpty()) {
      lines.add("");
    }
    lines.add("| | git-fs | " + reference + " | ratio | goal | met |");
    lines.add("|---|---:|---:|---:|---|---|");
    rows.forEach(row -> lines.add(line(row)));
    return String.join("\n", lines) + "\n";
  }

  private static String line(Row row) {
    return "| %s | %s | %s | %s | %s | %s |"
        .formatted(
            row.name(),
            row.unit().format(row.measured()),
            row.reference().map(row.unit()::format).orElse(""),
            row.ratio().map(ratio -> String.format(Locale.ROOT, "%.3g", ratio)).orElse(""),
            row.goals().stream()
                .map(goal -> goal.text(row.unit()))
                .collect(Collectors.joining(", ")),
            row.goals().isEmpty() ? "" : row.meetsItsGoals() ? "yes" : "**no**");
  }
}
