package dev.gitfs.git.store;

import java.util.concurrent.TimeUnit;

/**
 * For how long whoever needs an object that a prefetch is bringing waits for that, before he asks
 * for it by a request of his own. One who does so now and then is somebody at work, for whom a
 * little later is late. One or more a second are readers of everything who are ahead of what the
 * link carries: their own requests only delay what they will need next, so they wait longer.
 *
 * <p>Thread-safe.
 */
final class Patience {

  /** Round trips that anybody waits: his own request would take one, and a server's time. */
  private static final int LEAST = 2;

  /** Times that, which is 0.8 s at 50 ms: as long as a prefetch of the largest size takes. */
  private static final double MOST = 8;

  /**
   * After so long half of a loss is forgotten. Two threads of a search lose it together where a
   * window begins that comes from its end, every second or two.
   */
  private static final double HALF_LIFE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private double losses;
  private long at;

  Patience(long now) {
    at = now;
  }

  /** For how long to wait, in nanoseconds. */
  synchronized long nanos(long roundTrip, long now) {
    forget(now);
    return (long) (LEAST * roundTrip * Math.min(1 + losses, MOST));
  }

  /** Somebody lost it. */
  synchronized void lose(long now) {
    forget(now);
    losses = Math.min(losses + 1, MOST);
  }

  private void forget(long now) {
    losses *= Math.pow(2, -(now - at) / HALF_LIFE_NANOS);
    at = now;
  }
}
