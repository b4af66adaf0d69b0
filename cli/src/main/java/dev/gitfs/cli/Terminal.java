package dev.gitfs.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is known of the terminal that standard error goes to. */
final class Terminal {

  static final String ERASE_LINE = "\r\u001b[K";

  private static final int USUAL_WIDTH = 80;

  /** Below this nothing that is shown has room. */
  private static final int LEAST_WIDTH = 20;

  private Terminal() {}

  /**
   * Whether standard error is a terminal on which a line can be painted again. Java tells of
   * standard input and output together, and of standard error not at all.
   */
  static boolean isThere() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** How many characters a line has. */
  static int width() {
    try {
      Process process =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/proc/self/fd/2"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      int width = Integer.parseInt(size.strip().replaceFirst("\\d+ ", ""));
      return width > 0 ? Math.max(LEAST_WIDTH, width) : USUAL_WIDTH;
    } catch (IOException | NumberFormatException e) {
      return USUAL_WIDTH;
    }
  }
}
