package dev.gitfs.testkit;

import java.time.Duration;
import java.util.Map;

/** What {@link HttpBackendServer} does to a request instead of answering it well. */
public sealed interface Fault {

  /** The answer starts later. */
  record Delay(Duration time) implements Fault {}

  /**
   * The answer stops after that many bytes of its body, and the connection stays open. 0 sends the
   * status and headers only, -1 nothing at all.
   */
  record Stall(long afterBytes) implements Fault {}

  /** The connection is reset after that many bytes of the body; -1 before the status line. */
  record Reset(long afterBytes) implements Fault {}

  /** The answer ends after that many bytes of the body, and looks complete to HTTP. */
  record Truncate(long afterBytes) implements Fault {}

  /** One byte of the body, counted from 0, arrives with all its bits turned. */
  record Corrupt(long atByte) implements Fault {}

  /** Another status, with an empty body. */
  record Answer(int status, Map<String, String> headers) implements Fault {

    public Answer(int status) {
      this(status, Map.of());
    }
  }

  /** Sent elsewhere: the same path below another base URL. */
  record Redirect(int status, String base) implements Fault {}
}
