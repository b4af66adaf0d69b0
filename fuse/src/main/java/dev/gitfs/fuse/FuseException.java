package dev.gitfs.fuse;

/**
 * Ends an operation with an error the kernel hands to the calling process.
 *
 * <p>It says nothing to people: a file system that knows the cause logs it before it throws. There
 * is one instance an error, without a stack trace: see {@link Errno#exception()}.
 */
public final class FuseException extends Exception {
  private final Errno errno;

  FuseException(Errno errno) {
    super(errno.name(), null, false, false);
    this.errno = errno;
  }

  /** The error that the calling process will see. */
  public Errno errno() {
    return errno;
  }
}
