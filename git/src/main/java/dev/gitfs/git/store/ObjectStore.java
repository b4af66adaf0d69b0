package dev.gitfs.git.store;

import dev.gitfs.git.remote.Outage;
import dev.gitfs.git.remote.Remote;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The objects of one remote repository, local or not.
 *
 * <p>Methods named {@code …IfLocal} answer from memory or disk, never wait for the network, and may
 * be called from a thread that must not block. The others fetch what is missing: they block (use a
 * virtual thread), merge with every other thread that misses objects at that moment, and answer
 * {@link Thread#interrupt} with {@link InterruptedException}; the fetch goes on for those who still
 * wait. What is returned has been verified against its id. A failure is never remembered: the next
 * call tries again.
 *
 * <p>Safe for use by any number of threads, and of processes on the same directory.
 */
public interface ObjectStore extends AutoCloseable {

  /** Spares the first store that is opened after it a tenth of a second. */
  static void prepare() {
    JGitSettings.prepare();
  }

  /** Opens the store of {@code remote}, creating it if need be. Talks to no server. */
  static ObjectStore open(Remote remote, StoreOptions options) throws IOException {
    try {
      return new GitStore(remote, options);
    } catch (FileSystemException e) {
      String reason =
          e instanceof AccessDeniedException
              ? "permission denied"
              : Objects.requireNonNullElse(e.getReason(), e.toString());
      throw new IOException(
          "the cache in %s cannot be used (%s: %s); name another directory with --cache-dir"
              .formatted(options.cacheDirectory(), e.getFile(), reason),
          e);
    }
  }

  /** Whether the store of {@code remote} was opened before, by whomever. Talks to no server. */
  static boolean isCached(Remote remote, StoreOptions options) {
    return CacheRepository.exists(options.cacheDirectory(), remote.url());
  }

  /**
   * The commit that {@code ref} names now, asked of the server, with the commit and its root tree
   * made local. {@code ref} is a branch, a tag, a full ref name or a commit id; empty for the
   * remote's HEAD. A full commit id that is local costs no request. If the server cannot be reached
   * (see {@link #outage}), what the ref named when it was asked for last, if that is here.
   *
   * @throws RevisionException if there is no such ref, no such commit, or nothing to show (an empty
   *     repository, an unborn HEAD), with a message for people
   */
  Revision resolve(Optional<String> ref) throws IOException, InterruptedException;

  /**
   * Where refs are now, asked of the server in one request.
   *
   * @param refs full names, and HEAD
   * @return by name, without those that the server does not have
   */
  Map<String, Tip> tips(Collection<String> refs) throws IOException, InterruptedException;

  /**
   * The commit that {@code tip} names, made local together with the trees in which it differs from
   * {@code shown}: in one request, where the server can be told what is here.
   *
   * @throws RevisionException if it names no commit
   */
  Revision advance(Tip tip, Revision shown) throws IOException, InterruptedException;

  /** The tree {@code id} if memory or disk has it. */
  Optional<Tree> treeIfLocal(ObjectId id) throws IOException;

  /** The tree {@code id}; when it must be fetched, all trees below it come with it. */
  Tree tree(ObjectId id) throws IOException, InterruptedException;

  /**
   * The contents of the blob {@code id} if they can be had without the network and without long
   * work (in memory, or small enough to inflate in well under a millisecond). The caller closes it.
   */
  Optional<Blob> blobIfLocal(ObjectId id) throws IOException;

  /** The contents of the blob {@code id}. The caller closes it. */
  Blob blob(ObjectId id) throws IOException, InterruptedException;

  /**
   * The contents of the blob {@code id} for whoever is about to read them, if they can be had
   * without the network and without long work. Says nothing of whether somebody does, and keeps
   * nothing in memory for him. The caller closes it.
   */
  Optional<Blob> blobAhead(ObjectId id) throws IOException;

  /**
   * A reader who keeps what he reads, as a kernel does, has come to the end of the blob {@code id}:
   * memory is better used for another.
   */
  void wasRead(ObjectId id);

  /** The size in bytes of the blob {@code id} if memory or disk knows it. */
  OptionalLong sizeIfLocal(ObjectId id) throws IOException;

  /**
   * Waits for a blob, and so for its size, if a prefetch is about to bring it; where the server
   * tells sizes, not if it comes alone. Returns whether the size is known then.
   */
  boolean awaitSize(ObjectId id) throws IOException, InterruptedException;

  /**
   * Learns the sizes of blobs, after which {@link #sizeIfLocal} knows each that exists: in one
   * request, {@code object-info} where the server has it, else from {@link StoreOptions#sizes},
   * else by fetching those blobs.
   */
  void fetchSizes(Collection<ObjectId> ids) throws IOException, InterruptedException;

  /** Whether the contents of the blob {@code id} can be had without the network. */
  boolean isLocal(ObjectId id);

  /**
   * Why the server did not give {@code id} when it was asked for last, if that was some minutes ago
   * at most: it does not have it, or cannot read it.
   */
  Optional<IOException> refusal(ObjectId id);

  /**
   * Whether prefetches under way bring {@code blob}, but all so late that who needs it does not
   * wait for them.
   */
  boolean isFar(ObjectId blob);

  /**
   * Whether the server itself tells sizes, of many files as soon as of one, as far as is known
   * without asking: as it was when something was fetched last.
   */
  boolean serverTellsSizes();

  /**
   * Whether sizes can be had without contents: {@link #serverTellsSizes}, or {@link
   * StoreOptions#sizes} has told those of a commit, or tells them by path and may be asked.
   */
  boolean sizesAlone();

  /**
   * Starts to fetch objects ahead of need, behind everything that somebody waits for. Returns at
   * once. Requests are carried out in the order in which they come, two at a time.
   */
  Prefetch prefetch(PrefetchRequest request);

  /**
   * Since when, and why, the server cannot be reached; empty as long as it can, as far as is known.
   * What is local is there during an outage, what is not is an error at once, and its end is looked
   * for in the background.
   */
  Optional<Outage> outage();

  /** What the store has done since it was opened. */
  StoreStatistics statistics();

  /** Ends background work and gives back memory and locks. Closes the remote. */
  @Override
  void close();
}
