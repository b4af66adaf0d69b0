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
  private final boolean outage;

  private TryFailedException(
      RemoteException.Kind kind,
      boolean passing,
      Optional<Duration> retryAfter,
      boolean outage,
      String message,
      Throwable cause) {
    super(message, cause);
    this.outage = outage;
    this.kind = kind;
    this.passing = passing;
    this.retryAfter = retryAfter;
  }

  /** Asking again will not help. */
  static TryFailedException lasting(RemoteException.Kind kind, String message) {
    return new TryFailedException(kind, false, Optional.empty(), false, message, null);
  }

  static TryFailedException lasting(RemoteException.Kind kind, String message, Throwable cause) {
    return new TryFailedException(kind, false, Optional.empty(), false, message, cause);
  }

  /** Asking again may help. */
  static TryFailedException passing(RemoteException.Kind kind, String message, Throwable cause) {
    return new TryFailedException(kind, true, Optional.empty(), false, message, cause);
  }

  /** Neither this nor a greeting beside it was answered: the server is out of reach. */
  static TryFailedException outage(String message) {
    return new TryFailedException(
        RemoteException.Kind.TIMED_OUT, false, Optional.empty(), true, message, null);
  }

  /** The server asked to be left alone for a while. */
  static TryFailedException passing(
      RemoteException.Kind kind, String message, Optional<Duration> retryAfter) {
    return new TryFailedException(kind, true, retryAfter, false, message, null);
  }

  RemoteException.Kind kind() {
    return kind;
  }

  boolean isOutage() {
    return outage;
  }

  boolean passing() {
    return passing;
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
