package dev.gitfs.git.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * One try of a request failed. What {@link WireRemote} decides from: it repeats the request or
 * reports the {@link RemoteException} this becomes. The message does not name the repository.
 */
final class TryFailedException extends IOException {

  private final RemoteException.Kind kind;
  private final boolean passing;
  private final Optional<Duration> retryAfter;

  private TryFailedException(
      RemoteException.Kind kind,
      boolean passing,
      Optional<Duration> retryAfter,
      String message,
      Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.passing = passing;
    this.retryAfter = retryAfter;
  }

  /** Asking again will not help. */
  static TryFailedException lasting(RemoteException.Kind kind, String message) {
    return new TryFailedException(kind, false, Optional.empty(), message, null);
  }

  static TryFailedException lasting(RemoteException.Kind kind, String message, Throwable cause) {
    return new TryFailedException(kind, false, Optional.empty(), message, cause);
  }

  /** Asking again may help. */
  static TryFailedException passing(RemoteException.Kind kind, String message, Throwable cause) {
    return new TryFailedException(kind, true, Optional.empty(), message, cause);
  }

  /** The server asked to be left alone for a while. */
  static TryFailedException passing(
      RemoteException.Kind kind, String message, Optional<Duration> retryAfter) {
    return new TryFailedException(kind, true, retryAfter, message, null);
  }

  RemoteException.Kind kind() {
    return kind;
  }

  boolean passing() {
    return passing;
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
