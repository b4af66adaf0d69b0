package dev.gitfs.bench;

import java.util.Locale;

/** What a figure must reach, judged by medians. */
sealed interface Goal {

  boolean met(Row row);

  String text(Unit unit);

  /** The median is at most {@code limit}. */
  record AtMost(double limit) implements Goal {
    @Override
    public boolean met(Row row) {
      return row.measured().median() <= limit;
    }

    @Override
    public String text(Unit unit) {
      return "≤ " + plain(limit) + unit.suffix(limit);
    }
  }

  /** The median is at most {@code factor} times the median of what it is compared with. */
  record AtMostTimes(double factor) implements Goal {
    @Override
    public boolean met(Row row) {
      return row.ratio().orElseThrow() <= factor;
    }

    @Override
    public String text(Unit unit) {
      return "ratio ≤ " + plain(factor);
    }
  }

  /**
   * The median is at most {@code factor} times that of what it is compared with, or so little more
   * that it may be chance.
   */
  record HardlyMoreThan(double factor, double slack) implements Goal {
    @Override
    public boolean met(Row row) {
      var reference = row.reference().orElseThrow().median();
      return row.measured().median() <= Math.max(factor * reference, reference + slack);
    }

    @Override
    public String text(Unit unit) {
      return "ratio ≤ %s, or %s more".formatted(plain(factor), plain(slack) + unit.suffix(slack));
    }
  }

  private static String plain(double number) {
    return number == Math.rint(number)
        ? String.format(Locale.ROOT, "%.0f", number)
        : Double.toString(number);
  }
}
