package dev.gitfs.git.remote;

import java.io.IOException;

/** What arrived is not git's protocol: damage on the way, or another kind of server. */
final class MalformedAnswerException extends IOException {

  MalformedAnswerException() {
    this("the answer is not git's protocol");
  }

  MalformedAnswerException(String message) {
    super(message);
  }
}
