package dev.gitfs.cli.daemon;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/**
 * A limit on how long something blocks: after it, what that waits for is closed, upon which it
 * fails. Closing the limit lifts it.
 */
final class TimeLimit implements AutoCloseable {

  private final Thread watch;
  private volatile boolean exceeded;

  private TimeLimit(Closeable connection, Duration limit) {
    watch =
        Thread.ofPlatform()
            .daemon()
            .unstarted(() -> {
              try {
                Thread.sleep(limit);
                exceeded = true;
                connection.close();
              } catch (InterruptedException | IOException e) {
                // In time; or it was closed before.
              }
            });
  }

  /** Closes {@code connection} unless this is closed within {@code limit}. */
  static TimeLimit on(Closeable connection, Duration limit) {
    var timeLimit = new TimeLimit(connection, limit);
    timeLimit.watch.start();
    return timeLimit;
  }

  boolean isExceeded() {
    return exceeded;
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
