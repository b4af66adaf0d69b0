package dev.gitfs.git.remote;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often, and after which pauses, a request that failed for a passing reason is repeated.
 *
 * @param tries how often a request is sent at most, the first time included
 * @param firstPause bound on the pause after the first failure; it doubles with each further one
 * @param longestPause bound on any pause
 * @param longestRetryAfter the longest {@code Retry-After} that is waited for; a server that asks
 *     for more has in fact refused
 */
public record RetryPolicy(
    int tries, Duration firstPause, Duration longestPause, Duration longestRetryAfter) {

  /**
   * Four tries within some three seconds, about as long as a reader waits for a file; but a server
   * that limits rates mostly asks for a minute.
   */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(4, Duration.ofMillis(400), Duration.ofSeconds(5), Duration.ofMinutes(2));

  public RetryPolicy {
    if (tries < 1) {
      throw new IllegalArgumentException("at least one try");
    }
  }

  /**
   * The pause after failure number {@code failures}, from 1: exponential with full jitter, so that
   * clients that failed together do not come back together.
   */
  Duration pause(int failures) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(bound(failures).toNanos() + 1));
  }

  /** What {@link #pause} stays within. */
  Duration bound(int failures) {
    // Beyond 2^20 of anything, longestPause rules.
    var doubled = firstPause.multipliedBy(1L << Math.min(failures - 1, 20));
    return doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
  }
}
