package dev.gitfs.bench.transport;

import java.util.Locale;

/** What the load does, how often in one round, and how people read its rate. */
enum Load {
  /**
   * So short that where the scheduler runs the two sides decides its rate, from 5,000/s on two
   * processors that halt to 95,000/s on one; so it is measured on one.
   */
  STAT("stat", 20_000, 1, true, "stat, all on one processor", "/s"),
  STAT_ANYWHERE("stat", 20_000, 1, false, "stat, wherever the scheduler runs it", "/s"),
  OPEN("open", 5_000, 1, false, "open, read 4 KiB, close", "/s"),
  SCAN("scan", 20, 20_000, false, "scandir of 20,000 entries", " entries/s"),
  READ("read", 2_048, 1, false, "sequential read by 1 MiB", " MiB/s"),
  DIRECT("direct", 2_048, 1, false, "the same, past the page cache", " MiB/s");

  private final String argument;
  private final int count;
  private final int unitsEach;
  private final boolean onOneProcessor;
  private final String title;
  private final String unit;

  Load(
      String argument,
      int count,
      int unitsEach,
      boolean onOneProcessor,
      String title,
      String unit) {
    this.argument = argument;
    this.count = count;
    this.unitsEach = unitsEach;
    this.onOneProcessor = onOneProcessor;
    this.title = title;
    this.unit = unit;
  }

  /** What load.c calls it. */
  String argument() {
    return argument;
  }

  int count() {
    return count;
  }

  /** Whether client and server share a processor. */
  boolean isOnOneProcessor() {
    return onOneProcessor;
  }

  /** Whether it has a goal: one that measures the scheduler has none. */
  boolean hasGoal() {
    return this != STAT_ANYWHERE;
  }

  String title() {
    return title;
  }

  /** The rate of a round that took so long. */
  double rate(long nanos) {
    return count * (double) unitsEach * 1e9 / nanos;
  }

  String format(double rate) {
    return String.format(Locale.ROOT, "%,.0f%s", rate, unit);
  }
}
