package dev.gitfs.cli.daemon;

/** A daemon could not do what it was asked. The message is for people and names no credential. */
public sealed class DaemonException extends Exception permits SilentDaemonException {

  /** What kind of failure, as far as somebody who runs a command can act on it. */
  public enum Kind {
    /** Something on this machine. */
    FAILED,
    /** Mounting itself, by kernel or fusermount3. */
    MOUNTING,
    /** No such repository or revision, or no right to see it. */
    REPOSITORY,
    /** The server cannot be reached, or fails; later it may not. */
    SERVER,
    /** The directory cannot be mounted on, or nothing is mounted there. */
    DIRECTORY
  }

  private final Kind kind;

  public DaemonException(Kind kind, String message) {
    this(kind, message, null);
  }

  public DaemonException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
