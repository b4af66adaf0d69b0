package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Errno;
import dev.gitfs.git.remote.RemoteException;
import java.io.IOException;

/** The one place that chooses the errno for what keeps an object from being read. */
final class ReadFailures {

  private ReadFailures() {}

  static Errno errno(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RemoteException remote) {
        return switch (remote.kind()) {
          case UNAUTHENTICATED, FORBIDDEN -> Errno.EACCES;
          case TIMED_OUT -> Errno.ETIMEDOUT;
          case UNREACHABLE -> Errno.EHOSTUNREACH;
          case NOT_FOUND, NOT_GIT, SERVER_FAILED, TOO_MUCH, NO_SUCH_OBJECT, UNSUPPORTED, LOCAL ->
              Errno.EIO;
        };
      }
    }
    return Errno.EIO;
  }
}
