package dev.gitfs.cli.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory or disk, as people write it: {@code 512M}, {@code 2G}, {@code 1.5GiB}, {@code
 * 4096}. Units are powers of 1024, whichever way they are spelled.
 *
 * @param bytes how many; not negative
 */
public record ByteSize(long bytes) {

  private static final String UNITS = "KMGTP";
  private static final Pattern SPELLING =
      Pattern.compile("(\\d{1,18})(?:\\.(\\d{1,3}))?\\s*([" + UNITS + "]?)(?:i?B)?");

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("negative size: " + bytes);
    }
  }

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException with a message for people, if {@code text} is none, or is more
   *     than a long can count
   */
  public static ByteSize parse(String text) {
    Matcher matcher = SPELLING.matcher(text.strip().toUpperCase(Locale.ROOT).replace("IB", "iB"));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no size; write it like 512M or 2G");
    }
    long unit = 1L << (10 * (matcher.group(3).isEmpty() ? 0 : exponent(matcher.group(3))));
    try {
      long bytes = Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
      if (matcher.group(2) != null) {
        bytes = Math.addExact(bytes, (long) (Double.parseDouble("0." + matcher.group(2)) * unit));
      }
      return new ByteSize(bytes);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is too large a size", e);
    }
  }

  public static ByteSize mebibytes(long count) {
    return new ByteSize(Math.multiplyExact(count, 1L << 20));
  }

  public static ByteSize gibibytes(long count) {
    return new ByteSize(Math.multiplyExact(count, 1L << 30));
  }

  /** For people: at most one digit after the point, in the largest unit that gives at least 1. */
  @Override
  public String toString() {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int exponent = Math.min((63 - Long.numberOfLeadingZeros(bytes)) / 10, UNITS.length());
    double count = (double) bytes / (1L << (10 * exponent));
    String number =
        count == Math.rint(count)
            ? Long.toString((long) count)
            : Double.toString(Math.round(count * 10) / 10.0);
    return number + " " + UNITS.charAt(exponent - 1) + "iB";
  }

  private static int exponent(String unit) {
    return UNITS.indexOf(unit.charAt(0)) + 1;
  }
}
