package dev.gitfs.git.store;

import dev.gitfs.git.remote.Capabilities;
import dev.gitfs.git.remote.FetchRequest;
import dev.gitfs.git.remote.Filter;
import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the store asks of its remote. Servers differ in how little of a repository they can be asked
 * for, so this keeps to the least the server is known to grant, tries the next coarser when it
 * refuses, and remembers that in the repository.
 */
final class Upstream {

  private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

  /** Servers are upgraded now and then: what one refused is tried again after this long. */
  private static final Duration REFUSAL_LASTS = Duration.ofDays(7);

  /** How little the server can be asked for, from best to worst. */
  private enum Grain {
    /** A commit with its root tree alone. */
    ROOT_TREE,
    /** A commit with all its trees. */
    ALL_TREES,
    /** A commit with everything below it. */
    WHOLE
  }

  private final Remote remote;
  private final PackIntake intake;
  private final LocalObjects local;
  private final CacheRepository repository;
  private final AtomicLong objectsFetched = new AtomicLong();
  private final LongAdder commitRequests = new LongAdder();
  private final LongAdder treeRequests = new LongAdder();
  private final LongAdder blobRequests = new LongAdder();
  private final LongAdder sizeRequests = new LongAdder();
  private final LongAdder prefetchRequests = new LongAdder();

  /** Commits that are shown, which a server may have to be asked for whole; and their trees. */
  private final Map<ObjectId, ObjectId> shown = new ConcurrentHashMap<>();

  private final ReentrantLock wholeFetch = new ReentrantLock();
  private final Lag lag = new Lag();

  /** Only ever grows coarser. */
  private volatile Grain grain;

  /** Written with what the server said last, to this process or another before it. */
  private volatile boolean sizesAlone;

  Upstream(Remote remote, PackIntake intake, LocalObjects local, CacheRepository repository) {
    this.remote = remote;
    this.intake = intake;
    this.local = local;
    this.repository = repository;
    this.grain = Grain.ROOT_TREE;
    this.sizesAlone = Files.exists(sizesMarker());
    for (Grain refused : new Grain[] {Grain.ROOT_TREE, Grain.ALL_TREES}) {
      if (isFresh(marker(refused))) {
        grain = Grain.values()[refused.ordinal() + 1];
      }
    }
  }

  long objectsFetched() {
    return objectsFetched.get();
  }

  RequestCounts requests() {
    return new RequestCounts(
        commitRequests.sum(),
        treeRequests.sum(),
        blobRequests.sum(),
        sizeRequests.sum(),
        prefetchRequests.sum());
  }

  /** Whether the server is known to tell sizes without contents. */
  boolean sizesAlone() {
    return sizesAlone;
  }

  /** The same, having asked. */
  boolean tellsSizes() throws IOException, InterruptedException {
    learn(remote.capabilities());
    return sizesAlone;
  }

  /** Sizes of blobs in their order, -1 for one that the server does not have. */
  long[] fetchSizes(List<ObjectId> ids) throws IOException, InterruptedException {
    sizeRequests.increment();
    return remote.objectSizes(ids);
  }

  /** Makes the commit that {@code want} is or, being a tag, leads to local, with its root tree. */
  void fetchCommit(ObjectId want) throws IOException, InterruptedException {
    checkCapabilities();
    commitRequests.increment();
    while (grain != Grain.WHOLE) {
      Grain tried = grain;
      Filter filter = tried == Grain.ROOT_TREE ? Filter.trees(1) : Filter.NO_BLOBS;
      try {
        fetch(List.of(want), 1, Optional.of(filter), PackKind.TREES, Reception.DEMANDED);
        return;
      } catch (RemoteException e) {
        coarsenAfter(e, tried);
      }
    }
    fetch(List.of(want), 1, Optional.empty(), PackKind.WHOLE, Reception.DEMANDED);
  }

  /**
   * Makes the commit {@code want} local with all that is in it and not in {@code have}, a commit
   * that is here: its trees, and its files where the server sends nothing less than all.
   */
  void fetchDifference(ObjectId want, ObjectId have) throws IOException, InterruptedException {
    checkCapabilities();
    Grain least = grain == Grain.ROOT_TREE ? Grain.ALL_TREES : grain;
    Optional<Filter> filter =
        least == Grain.WHOLE ? Optional.empty() : Optional.of(Filter.NO_BLOBS);
    PackKind kind = least == Grain.WHOLE ? PackKind.WHOLE : PackKind.TREES;
    commitRequests.increment();
    try {
      var request = new FetchRequest(List.of(want), List.of(have), List.of(have), 1, filter);
      fetch(request, kind, Reception.DEMANDED);
    } catch (RemoteException e) {
      if (isNotHere(e)) {
        LOG.debug("All of {} is asked for", want.name(), e);
        commitRequests.increment();
        fetch(List.of(want), 1, filter, kind, Reception.DEMANDED);
      } else if (least == Grain.WHOLE) {
        throw e;
      } else {
        coarsenAfter(e, least);
        fetchCommit(want);
      }
    }
  }

  private static boolean isNotHere(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ThinPack.NotHereException) {
        return true;
      }
    }
    return false;
  }

  /** Tells of a commit that is shown, which a server without filters must be asked for again. */
  void shows(ObjectId commit, ObjectId tree) {
    shown.put(commit, tree);
  }

  /** The commits that are shown, with their root trees. */
  Map<ObjectId, ObjectId> shown() {
    return shown;
  }

  /** Whether {@code id} is a commit that is shown, or its root tree. */
  boolean isShown(ObjectId id) {
    return shown.containsKey(id) || shown.containsValue(id);
  }

  /** Makes trees local, and all trees below them. */
  void fetchTrees(List<ObjectId> ids) throws IOException, InterruptedException {
    if (ids.isEmpty()) {
      return;
    }
    checkCapabilities();
    if (grain != Grain.WHOLE) {
      treeRequests.increment();
      try {
        fetch(ids, 0, Optional.of(Filter.NO_BLOBS), PackKind.TREES, Reception.DEMANDED);
        return;
      } catch (RemoteException e) {
        coarsenAfter(e, Grain.ALL_TREES);
      }
    }
    fetchWhole(ids);
  }

  /** Makes blobs local. */
  void fetchBlobs(List<ObjectId> ids) throws IOException, InterruptedException {
    fetchBlobs(ids, Reception.DEMANDED);
  }

  /**
   * Makes blobs local, as far as {@code reception} wants them; ahead of need in the order in which
   * they are named. A server with a bitmap of its pack sends them in the order of that, and last of
   * all, from all over the tree, the deltas of what was not asked for; but git has no use for
   * bitmaps where a client names a commit whose history he lacks. It then looks for deltas itself:
   * 4 to 5 s in all, not 3, of a server's processor while a {@code grep -r} reads Linux.
   */
  PackIntake.Taken fetchBlobs(List<ObjectId> ids, Reception reception)
      throws IOException, InterruptedException {
    if (ids.isEmpty()) {
      return PackIntake.Taken.NOTHING;
    }
    checkCapabilities();
    if (grain == Grain.WHOLE) {
      fetchWhole(ids);
      return PackIntake.Taken.NOTHING;
    }
    (reception.isAhead() ? prefetchRequests : blobRequests).increment();
    List<ObjectId> shallow = shown.keySet().stream().limit(reception.isAhead() ? 1 : 0).toList();
    var request = new FetchRequest(ids, List.of(), shallow, 0, Optional.empty());
    return fetch(request, PackKind.BLOBS, reception);
  }

  /**
   * Whether the server can be asked for a part of what it has, so that there are parts to fetch.
   */
  boolean sendsParts() throws IOException, InterruptedException {
    checkCapabilities();
    return grain != Grain.WHOLE;
  }

  /** All trees below {@code root}, a tree, or a commit without its history; ahead of need. */
  PackIntake.Taken prefetchTrees(ObjectId root, Reception reception)
      throws IOException, InterruptedException {
    prefetchRequests.increment();
    int depth = local.isCommit(root) ? 1 : 0;
    return fetch(List.of(root), depth, Optional.of(Filter.NO_BLOBS), PackKind.TREES, reception);
  }

  /** Trees with everything below them, or all trees below them, ahead of need. */
  PackIntake.Taken prefetchSubtrees(List<ObjectId> trees, boolean files, Reception reception)
      throws IOException, InterruptedException {
    prefetchRequests.increment();
    return files
        ? fetch(trees, 0, Optional.empty(), PackKind.WHOLE, reception)
        : fetch(trees, 0, Optional.of(Filter.NO_BLOBS), PackKind.TREES, reception);
  }

  private void checkCapabilities() throws IOException, InterruptedException {
    learn(remote.capabilities());
    if (grain != Grain.WHOLE && !remote.capabilities().partial()) {
      coarsen(Grain.ALL_TREES);
    }
  }

  /** Keeps what the server can, for a mount to know it before it has asked. */
  private void learn(Capabilities capabilities) throws IOException {
    boolean told = capabilities.objectInfo();
    if (told != sizesAlone) {
      sizesAlone = told;
      if (told) {
        AtomicFile.write(repository.scratch(), sizesMarker(), capabilities.agent() + "\n");
      } else {
        Files.deleteIfExists(sizesMarker());
      }
    }
  }

  private Path sizesMarker() {
    return repository.marker("tells-sizes");
  }

  private void fetchWhole(List<ObjectId> ids) throws IOException, InterruptedException {
    wholeFetch.lockInterruptibly();
    try {
      // Those before us fetched everything there is.
      if (!shown.isEmpty() && !ids.stream().allMatch(local::has)) {
        fetch(List.copyOf(shown.keySet()), 1, Optional.empty(), PackKind.WHOLE, Reception.DEMANDED);
      }
      for (ObjectId id : ids) {
        if (!local.has(id)) {
          throw new RemoteException(
              RemoteException.Kind.NO_SUCH_OBJECT,
              remote.url() + " has sent the whole commit, and " + id.name() + " is not in it");
        }
      }
    } finally {
      wholeFetch.unlock();
    }
  }

  private PackIntake.Taken fetch(
      Collection<ObjectId> wants,
      int depth,
      Optional<Filter> filter,
      PackKind kind,
      Reception reception)
      throws IOException, InterruptedException {
    return fetch(new FetchRequest(List.copyOf(wants), depth, filter), kind, reception);
  }

  private PackIntake.Taken fetch(FetchRequest request, PackKind kind, Reception reception)
      throws IOException, InterruptedException {
    // A commit may be one that the user has named; all else is of what the server has sent.
    return request.depth() > 0
        ? fetchOnce(request, kind, reception)
        : lag.outlast(() -> fetchOnce(request, kind, reception));
  }

  private PackIntake.Taken fetchOnce(FetchRequest request, PackKind kind, Reception reception)
      throws IOException, InterruptedException {
    var taken = new AtomicReference<>(PackIntake.Taken.NOTHING);
    try {
      remote.fetch(
          request,
          pack -> {
            taken.set(intake.take(whole(pack, request), request.wants(), kind, reception));
            if (taken.get().cut()) {
              throw new AnswerCutException();
            }
          });
    } catch (RemoteException e) {
      if (!taken.get().cut()) {
        throw e;
      }
    } finally {
      objectsFetched.addAndGet(taken.get().objects());
    }
    return taken.get();
  }

  private InputStream whole(InputStream pack, FetchRequest request) throws IOException {
    if (request.haves().isEmpty()) {
      return pack;
    }
    try (ObjectReader reader = local.reader()) {
      return ThinPack.completed(pack, reader);
    }
  }

  /** Tells the remote to leave the rest of an answer unread, in the one way there is. */
  private static final class AnswerCutException extends IOException {

    private static final long serialVersionUID = 1;

    AnswerCutException() {
      super("enough of the answer has come");
    }
  }

  private void coarsenAfter(RemoteException refusal, Grain tried) throws IOException {
    if (refusal.kind() != RemoteException.Kind.UNSUPPORTED) {
      throw refusal;
    }
    LOG.debug("{} refuses what {} takes", remote.url(), tried, refusal);
    coarsen(tried);
    AtomicFile.write(repository.scratch(), marker(tried), refusal.getMessage() + "\n");
  }

  private synchronized void coarsen(Grain refused) {
    Grain next = Grain.values()[refused.ordinal() + 1];
    if (grain.compareTo(next) < 0) {
      grain = next;
      if (next == Grain.WHOLE) {
        LOG.warn(
            "{} cannot send single files: each commit is fetched whole, without its history",
            remote.url());
      }
    }
  }

  private Path marker(Grain refused) {
    return repository.marker(
        "refuses-" + refused.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  private static boolean isFresh(Path marker) {
    try {
      Instant written = Files.getLastModifiedTime(marker).toInstant();
      return written.plus(REFUSAL_LASTS).isAfter(Instant.now());
    } catch (IOException e) {
      return false;
    }
  }
}
