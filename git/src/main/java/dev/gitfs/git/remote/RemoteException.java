package dev.gitfs.git.remote;

import java.io.IOException;

/**
 * A request to a git server failed for good. The message says what happened and to which
 * repository, fit for people, and holds no credentials.
 */
public final class RemoteException extends IOException {

  /** Why, as far as a caller can act on it. */
  public enum Kind {
    /** No such repository, or none that these credentials may see. */
    NOT_FOUND,
    /**
     * Something answered that is no git server: a web page, as a login has it or a network that
     * wants one. It says nothing of whether there is such a repository.
     */
    NOT_GIT,
    /** Credentials are missing or wrong. */
    UNAUTHENTICATED,
    /** Credentials are known and do not suffice. */
    FORBIDDEN,
    /** The server could not be reached: name resolution, connection, TLS. */
    UNREACHABLE,
    /** The server did not answer in time. */
    TIMED_OUT,
    /** The server answered with an error of its own, or broke off, more often than is retried. */
    SERVER_FAILED,
    /** The same, of a request for several objects of which one for fewer may be answered. */
    TOO_MUCH,
    /** The server does not have a wanted object, or will not send it. */
    NO_SUCH_OBJECT,
    /** The server or this client cannot do what was asked: a filter, an object format. */
    UNSUPPORTED,
    /** What the receiver did with the pack failed: disk full, no permission. */
    LOCAL
  }

  private final Kind kind;

  public RemoteException(Kind kind, String message) {
    this(kind, message, null);
  }

  public RemoteException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
