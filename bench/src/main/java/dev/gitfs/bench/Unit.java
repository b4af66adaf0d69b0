package dev.gitfs.bench;

import java.util.Locale;

/** What a number counts, and how people read it. */
enum Unit {
  SECONDS {
    @Override
    String format(double value) {
      return text(value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : "%.1f", value);
    }

    @Override
    String suffix() {
      return " s";
    }
  },
  COUNT {
    @Override
    String format(double value) {
      return text("%,.0f", value);
    }

    @Override
    String suffix() {
      return "";
    }
  },
  MEBIBYTES {
    @Override
    String format(double value) {
      return text(value < 10 ? "%.2f" : "%.0f", value);
    }

    @Override
    String suffix() {
      return " MiB";
    }
  };

  static final double BYTES_PER_MEBIBYTE = 1 << 20;

  abstract String format(double value);

  abstract String suffix();

  /** The median, and in brackets what it lies between. */
  String format(Samples samples) {
    var median = format(samples.median()) + suffix();
    return samples.min() == samples.max()
        ? median
        : median + " (" + format(samples.min()) + ".." + format(samples.max()) + ")";
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
