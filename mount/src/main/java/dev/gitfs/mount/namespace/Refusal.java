package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.Errno;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.git.forge.Hosted;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.store.EmptyRepositoryException;
import dev.gitfs.git.store.RevisionException;
import java.io.IOException;

/**
 * Why a repository, or a ref of one, cannot be shown.
 *
 * @param errno what the kernel is told
 * @param lasting whether the server said so itself, which is worth remembering for a while; not
 *     when it was not reached
 * @param empty whether it is there, and has no commit yet: it is shown as an empty directory
 * @param advice for the log: what happened, and what to do
 */
record Refusal(Errno errno, boolean lasting, boolean empty, String advice) {

  private Refusal(Errno errno, boolean lasting, String advice) {
    this(errno, lasting, false, advice);
  }

  static Refusal of(Hosted hosted, IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RefusedException known) {
        return known.refusal();
      }
      if (cause instanceof EmptyRepositoryException) {
        return new Refusal(Errno.ENOENT, true, true, cause.getMessage());
      }
      if (cause instanceof RevisionException) {
        return new Refusal(Errno.ENOENT, true, cause.getMessage());
      }
      if (cause instanceof RemoteException remote) {
        return of(hosted, remote);
      }
    }
    return new Refusal(Errno.EIO, false, failure.toString());
  }

  private static Refusal of(Hosted hosted, RemoteException failure) {
    String message = failure.getMessage();
    return switch (failure.kind()) {
      case NOT_FOUND -> new Refusal(Errno.ENOENT, true, message);
      case UNAUTHENTICATED -> {
        boolean token = hosted.forge().token().isPresent();
        // Forges ask strangers for a password where there is nothing, so as not to tell what is.
        boolean unsure = !token && hosted.forge().kind() != ForgeKind.PLAIN;
        yield new Refusal(
            unsure ? Errno.ENOENT : Errno.EACCES,
            true,
            message
                + (token
                    ? ""
                    : "; if there is such a repository, configure a token for "
                        + hosted.forge().name()
                        + " (token, token-env or token-file), or a credential helper of git's"));
      }
      case FORBIDDEN -> new Refusal(Errno.EACCES, true, message);
      case TIMED_OUT -> new Refusal(Errno.ETIMEDOUT, false, message);
      case UNREACHABLE -> new Refusal(Errno.EHOSTUNREACH, false, message);
      case NOT_GIT, SERVER_FAILED, TOO_MUCH, NO_SUCH_OBJECT, UNSUPPORTED, LOCAL ->
          new Refusal(Errno.EIO, false, message);
    };
  }

  /** Whether the server could not be reached: nor can its other repositories then. */
  boolean isOffline() {
    return errno == Errno.EHOSTUNREACH || errno == Errno.ETIMEDOUT;
  }
}
