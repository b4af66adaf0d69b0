package dev.gitfs.git.store;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A prefetch under way, or waiting for its turn. Safe for use by any number of threads. */
public interface Prefetch {

  /** Where a prefetch stands. The last four are final. */
  enum State {
    /** Waits for another one to end. */
    PLANNED,
    RUNNING,
    /** All that was asked for is local, but for what the server does not have. */
    COMPLETE,
    /** The bound on bytes was met: what came is kept, the rest was not fetched. */
    CUT,
    CANCELLED,
    /** See {@link Progress#failure}. What came before is kept where it is whole. */
    FAILED;

    public boolean isFinal() {
      return compareTo(RUNNING) > 0;
    }
  }

  /**
   * How far a prefetch is.
   *
   * @param objects received and verified; or sizes learned
   * @param bytes received
   * @param wanted objects asked for, as far as is known: 0 where trees stand for what is below them
   * @param failure why it failed, when it did
   */
  record Progress(
      State state, long objects, long bytes, long wanted, Optional<IOException> failure) {}

  /** Stops it, soon, and frees its connection. What has come is kept. */
  void cancel();

  /**
   * Waits until it has ended, in whatever way.
   *
   * @return false if {@code patience} ran out before
   */
  boolean await(Duration patience) throws InterruptedException;

  Progress progress();

  /**
   * Runs {@code then} when it has ended, at once if it has, on a thread that must not be kept long.
   */
  void whenDone(Runnable then);
}
