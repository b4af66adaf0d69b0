package dev.gitfs.git.remote;

/** Opens remotes: the one place that knows every way to reach a git server. */
public final class Remotes {

  private Remotes() {}

  /**
   * A remote for what a user typed: {@code https://}, {@code http://}, {@code ssh://}, {@code
   * user@host:path}, {@code git://}, {@code file://}, a local path, or {@code owner/repo}, which
   * means GitHub unless such a path exists. Reads the user's git configuration; talks to no server
   * yet.
   *
   * @throws RemoteException of kind {@link RemoteException.Kind#UNSUPPORTED} for what is no such
   *     thing, saying what is
   */
  public static Remote open(String source) throws RemoteException {
    throw new RemoteException(RemoteException.Kind.UNSUPPORTED, source + ": not yet");
  }
}
