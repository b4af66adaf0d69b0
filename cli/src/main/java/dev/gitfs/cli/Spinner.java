package dev.gitfs.cli;

import java.io.PrintStream;
import java.time.Duration;

/**
 * Tells a person at a terminal that something is being waited for. Silent where standard error is
 * no terminal, and for what is done at once.
 */
final class Spinner implements AutoCloseable {

  /** Shorter waits are not noticed; a flicker would be. */
  private static final Duration PATIENCE = Duration.ofMillis(400);

  private static final Duration FRAME = Duration.ofMillis(100);
  private static final String[] FRAMES = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

  private final Thread painter;

  private Spinner(Thread painter) {
    this.painter = painter;
  }

  /** Starts to spin beside {@code text}, until closed. */
  static Spinner start(String text) {
    Thread painter = Thread.ofPlatform().daemon().unstarted(() -> spin(text, System.err));
    if (Terminal.isThere()) {
      painter.start();
    }
    return new Spinner(painter);
  }

  @Override
  public void close() {
    painter.interrupt();
    try {
      painter.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void spin(String text, PrintStream out) {
    boolean painted = false;
    try {
      Thread.sleep(PATIENCE);
      for (int i = 0; ; i++) {
        out.print(Terminal.ERASE_LINE + FRAMES[i % FRAMES.length] + " " + text);
        out.flush();
        painted = true;
        Thread.sleep(FRAME);
      }
    } catch (InterruptedException e) {
      if (painted) {
        out.print(Terminal.ERASE_LINE);
        out.flush();
      }
    }
  }
}
