package dev.gitfs.mount.prefetch;

import java.io.IOException;

/** What was named is not in the tree. The message is for people. */
public final class NoSuchPathException extends IOException {

  NoSuchPathException(String message) {
    super(message);
  }
}
