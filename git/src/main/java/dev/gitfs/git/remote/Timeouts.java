package dev.gitfs.git.remote;

import java.time.Duration;

/**
 * How long a remote waits for what may never come.
 *
 * @param connect until a connection is made, with its TLS or ssh handshake
 * @param idle between two bytes of an answer, its first included
 * @param keep how long an unused connection is kept
 */
public record Timeouts(Duration connect, Duration idle, Duration keep) {

  /**
   * Connect: a SYN is repeated after 1, 3 and 7 seconds, so 10 survives three losses. Idle: git's
   * upload-pack sends a keep-alive every 5 seconds while it counts objects; six missed mean a dead
   * peer. Keep: longer than the pauses in which a person or an agent thinks, shorter than the 4
   * minutes after which cloud NATs drop a connection silently.
   */
  public static final Timeouts DEFAULT =
      new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(120));
}
