package dev.gitfs.bench.transport;

import java.util.Locale;

/** What the load does, how often in one round, and how people read its rate. */
enum Load {
  /** Most of a second, for the scheduler takes a while to find where the threads should run. */
  STAT("stat", 20_000, 1, "stat", "/s"),
  OPEN("open", 5_000, 1, "open, read 4 KiB, close", "/s"),
  SCAN("scan", 20, 20_000, "scandir of 20,000 entries", " entries/s"),
  READ("read", 2_048, 1, "sequential read by 1 MiB", " MiB/s"),
  DIRECT("direct", 2_048, 1, "the same, past the page cache", " MiB/s");

  private final String argument;
  private final int count;
  private final int unitsEach;
  private final String title;
  private final String unit;

  Load(String argument, int count, int unitsEach, String title, String unit) {
    this.argument = argument;
    this.count = count;
    this.unitsEach = unitsEach;
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
