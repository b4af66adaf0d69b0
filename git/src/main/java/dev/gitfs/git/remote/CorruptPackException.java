package dev.gitfs.git.remote;

import java.io.IOException;

/** The pack a server sent is truncated or damaged; asking again may help. */
public final class CorruptPackException extends IOException {

  public CorruptPackException(String message, Throwable cause) {
    super(message, cause);
  }
}
