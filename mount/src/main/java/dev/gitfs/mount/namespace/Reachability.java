package dev.gitfs.mount.namespace;

import java.time.Duration;

/**
 * Whether a forge's server was reached. While it is not, it is tried ever less often, by whoever
 * comes first when it is time; all others fail at once rather than wait for the same silence. Safe
 * for use by many threads.
 */
final class Reachability {

  /** The pause after the first failure: a cable that was moved, a lid that was opened. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /** A server that comes back is noticed within this. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** Guarded by this, as are all below. Null while it is reached. */
  private Refusal silence;

  private Duration pause = FIRST_PAUSE;
  private long until;

  /** Fails if the server was silent a moment ago. */
  synchronized void check() throws RefusedException {
    if (silence == null) {
      return;
    }
    var left = Duration.ofNanos(until - System.nanoTime());
    if (left.isPositive()) {
      throw new RefusedException(silence, left);
    }
    // This one tries; those who come while it does wait for its outcome or fail at once.
    until = System.nanoTime() + pause.toNanos();
  }

  synchronized void reached() {
    silence = null;
    pause = FIRST_PAUSE;
  }

  synchronized void failed(Refusal refusal) {
    if (silence != null) {
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
    silence = refusal;
    until = System.nanoTime() + pause.toNanos();
  }
}
