package dev.gitfs.git.remote;

import java.time.Duration;

/** Durations as messages for people show them. */
final class Durations {

  private Durations() {}

  /** {@code 30 s}, or {@code 250 ms} for what is no whole number of seconds. */
  static String text(Duration duration) {
    return duration.toMillisPart() == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
  }
}
