package dev.gitfs.git.remote;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What arrived is not git's protocol: damage on the way, or another kind of server. */
final class MalformedAnswerException extends IOException {

  private final String start;

  MalformedAnswerException() {
    this("the answer is not git's protocol");
  }

  MalformedAnswerException(String message) {
    super(message);
    this.start = "";
  }

  private MalformedAnswerException(byte[] start) {
    super("the answer is not git's protocol");
    this.start = new String(start, StandardCharsets.UTF_8);
  }

  /** With what stood where a packet's length belongs. */
  static MalformedAnswerException startingWith(byte[] bytes) {
    return new MalformedAnswerException(bytes);
  }

  /** What stood where a packet's length belongs, empty if one stood there. */
  String start() {
    return start;
  }
}
