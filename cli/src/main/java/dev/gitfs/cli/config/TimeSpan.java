package dev.gitfs.cli.config;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 60s}, {@code 30m}, {@code 2h}, {@code 1d}. */
public final class TimeSpan {

  /** Nine digits of days are more than Linux has been counting, and overflow nothing. */
  private static final Pattern SPELLING = Pattern.compile("(\\d{1,9})\\s*(s|m|h|d)");

  private TimeSpan() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException with a message for people, if {@code text} is none
   */
  public static Duration parse(String text) {
    var matcher = SPELLING.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no duration; write it like 60s, 30m or 2h");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** What {@link #parse} reads, in the largest unit that it is a whole number of. */
  public static String text(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    if (seconds % 3600 != 0) {
      return seconds / 60 + "m";
    }
    return seconds % 86_400 != 0 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }
}
