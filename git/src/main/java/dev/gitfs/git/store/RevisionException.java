package dev.gitfs.git.store;

import java.io.IOException;

/** A revision cannot be shown; the message says why, and what to do, for people. */
public sealed class RevisionException extends IOException permits EmptyRepositoryException {

  public RevisionException(String message) {
    super(message);
  }
}
