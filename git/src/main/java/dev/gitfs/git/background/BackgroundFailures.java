package dev.gitfs.git.background;

import java.time.Instant;
import java.util.Optional;

/**
 * What has failed in the background of a process, in a way nobody foresaw.
 *
 * @param count how often
 * @param last the last of them
 */
public record BackgroundFailures(long count, Optional<Failure> last) {

  public static final BackgroundFailures NONE = new BackgroundFailures(0, Optional.empty());

  /**
   * One of them; the log has its stack.
   *
   * @param task what was being done
   * @param cause what was thrown
   */
  public record Failure(String task, String cause, Instant at) {}
}
