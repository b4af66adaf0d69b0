package dev.gitfs.git.forge;

import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.store.SizeSource;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A forge in use: what can be asked of it.
 *
 * <p>Questions go to the forge's API and block their caller (use a virtual thread); calls that ask
 * the same at the same time share one request, and answers are kept for a while, listings on disk
 * too. A forge that cannot be reached, refuses, or would have no requests left for the user makes
 * an answer empty, never an exception; it is logged once. Safe for use by many threads.
 *
 * <p>Paths are {@code owner/…/repository}, without slashes at their ends.
 */
public sealed interface Site extends AutoCloseable permits ApiSite, PlainSite, LocalSite {

  Forge forge();

  /** What git clones a repository from; without credentials. */
  String url(String path);

  /**
   * The repository at {@code path}, with the forge's token for whom it asks. Talks to no server.
   */
  Remote open(String path) throws RemoteException;

  /**
   * The repository that {@code url}, one of this forge's in any spelling of git's, leads to; with
   * the forge's token. Talks to no server.
   */
  Remote at(String url) throws RemoteException;

  /** Owners to list at the top: those configured, and those whose repositories are known. */
  List<String> owners();

  /**
   * The repositories and groups of an owner or a group; for {@link ForgeKind#LOCAL} those of the
   * directory {@code path}, which is empty for the top. Empty if that cannot be known.
   */
  Optional<Listing> list(String path) throws InterruptedException;

  /** The last such listing that memory or disk has, however old. Asks nobody. */
  Optional<Listing> known(String path);

  /** What {@code path} leads to. Asks at most what listings that are known do not answer. */
  Place look(String path) throws InterruptedException;

  /** What the forge says of one repository: its path now, if it was renamed. */
  Optional<HostedRepository> describe(String path) throws InterruptedException;

  /**
   * The commit that {@code abbreviated}, 7 digits or more of its id, names; empty if the forge
   * cannot tell, or there is none, or more than one.
   */
  Optional<ObjectId> expand(String path, String abbreviated) throws InterruptedException;

  /** Where to learn sizes of files, if this forge tells them. */
  Optional<SizeSource> sizes(String path);

  @Override
  void close();
}
