package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.daemon.Daemon;
import dev.gitfs.cli.daemon.PrefetchProgress;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on standard error how far a fetch is: a bar where that is a terminal, else a line now and
 * then. For one thread.
 */
final class ProgressDisplay implements Daemon.ProgressListener, AutoCloseable {

  /** A log that somebody reads later wants to know that it went on, not how. */
  private static final Duration LINE = Duration.ofSeconds(5);

  private final PrintStream out = System.err;
  private final long start = System.nanoTime();
  private final ProgressBar bar;
  private long nextLine = start + LINE.toNanos();

  private ProgressDisplay(ProgressBar bar) {
    this.bar = bar;
  }

  static ProgressDisplay start() {
    if (!Terminal.isThere()) {
      return new ProgressDisplay(null);
    }
    // Its own way to a terminal loads a native library to ask how wide that is.
    var consumer =
        new DelegatingProgressBarConsumer(
            line -> {
              System.err.print(Terminal.ERASE_LINE + line);
              System.err.flush();
            },
            Terminal.width() - 1);
    return new ProgressDisplay(
        new ProgressBarBuilder()
            .setTaskName("fetching")
            .setUnit(" objects", 1)
            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
            .setInitialMax(-1)
            .setUpdateIntervalMillis(200)
            .continuousUpdate()
            .hideEta()
            .setConsumer(consumer)
            .build());
  }

  @Override
  public void heard(PrefetchProgress progress) {
    if (bar != null) {
      bar.maxHint(progress.wanted() == 0 ? -1 : progress.wanted());
      bar.stepTo(progress.objects());
      bar.setExtraMessage(" " + progress.received() + ", " + rate(progress.received()));
    } else if (System.nanoTime() > nextLine) {
      nextLine += LINE.toNanos();
      out.println(
          "%d of %d objects, %s, %s"
              .formatted(
                  progress.objects(),
                  progress.wanted(),
                  progress.received(),
                  rate(progress.received())));
    }
  }

  /** Since the start. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Leaves nothing of a bar: what came of it is for the command to say. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      out.print(Terminal.ERASE_LINE);
      out.flush();
    }
  }

  private String rate(ByteSize received) {
    double seconds = Math.max(0.001, elapsed().toNanos() / 1e9);
    return new ByteSize((long) (received.bytes() / seconds)) + "/s";
  }
}
