package dev.gitfs.bench;

/** Lines on standard error for whoever waits; the report alone goes to standard output. */
final class Progress {

  private Progress() {}

  static void say(String format, Object... arguments) {
    System.err.println(format.formatted(arguments));
  }
}
