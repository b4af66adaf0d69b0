package dev.gitfs.git.remote;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * One repository on a git server, reached over connections that are kept between requests.
 *
 * <p>Every method that talks to the server may be called from any thread, blocks its caller (use a
 * virtual thread), and answers {@link Thread#interrupt} with {@link InterruptedException} and the
 * exchange abandoned. Concurrent requests use concurrent connections or streams: a long fetch never
 * delays a short one. What is transient (connection reset, 429, 5xx, a truncated or corrupt answer)
 * is retried here, with backoff and jitter; what is thrown is final for this call.
 */
public interface Remote extends AutoCloseable {

  /** The repository's URL without credentials: fit for logs, and the identity of its cache. */
  String url();

  /**
   * Where the server says the repository is now, if it has redirected: another URL once it was
   * renamed or moved. As far as is known without asking it; {@link #url} until then.
   */
  default String location() {
    return url();
  }

  /**
   * What this server can do. The first call performs the capability advertisement (one round trip,
   * after those of the connection); later calls answer from memory.
   */
  Capabilities capabilities() throws RemoteException, InterruptedException;

  /**
   * The server's refs that start with one of {@code prefixes} (all refs if empty), with symbolic
   * targets and peeled ids. {@code HEAD} is a prefix like any other. One round trip.
   */
  List<RemoteRef> listRefs(Collection<String> prefixes)
      throws RemoteException, InterruptedException;

  /**
   * Asks for objects and hands the pack that answers to {@code receiver}. One round trip.
   *
   * @throws RemoteException of kind {@link RemoteException.Kind#NO_SUCH_OBJECT} when the server
   *     does not have, or will not send, a wanted object; {@link RemoteException.Kind#UNSUPPORTED}
   *     when it refuses the filter
   */
  void fetch(FetchRequest request, PackReceiver receiver)
      throws RemoteException, InterruptedException;

  /**
   * Sizes in bytes of {@code ids}, in their order, -1 for an object the server does not know. One
   * round trip. Only for servers whose {@link Capabilities#objectInfo} is true.
   */
  long[] objectSizes(List<ObjectId> ids) throws RemoteException, InterruptedException;

  /**
   * Since when, and why, the server cannot be reached; empty as long as it can, as far as is known.
   * During an outage requests fail at once, and its end is looked for in the background.
   */
  default Optional<Outage> outage() {
    return Optional.empty();
  }

  /** Requests and bytes so far. */
  RemoteStatistics statistics();

  /** Ends every connection; requests under way fail. */
  @Override
  void close();
}
