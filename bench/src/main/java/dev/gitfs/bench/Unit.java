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
    String suffix(double value) {
      return " s";
    }
  },
  COUNT {
    @Override
    String format(double value) {
      return text("%,.0f", value);
    }

    @Override
    String suffix(double value) {
      return "";
    }
  },
  /** In mebibytes, shown in kibibytes where there is little of them. */
  MEBIBYTES {
    @Override
    String format(double value) {
      return value < 0.1 ? text("%.1f", value * 1024) : text(value < 10 ? "%.2f" : "%.0f", value);
    }

    @Override
    String suffix(double value) {
      return value < 0.1 ? " KiB" : " MiB";
    }
  };

  static final double BYTES_PER_MEBIBYTE = 1 << 20;

  abstract String format(double value);

  abstract String suffix(double value);

  /** The median, and in brackets what it lies between. */
  String format(Samples samples) {
    var median = format(samples.median()) + suffix(samples.median());
    var range = format(samples.min()) + ".." + format(samples.max());
    return format(samples.min()).equals(format(samples.max()))
        ? median
        : median + " (" + range + ")";
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
