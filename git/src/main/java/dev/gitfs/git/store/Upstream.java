package dev.gitfs.git.store;

import dev.gitfs.git.remote.Capabilities;
import dev.gitfs.git.remote.FetchRequest;
import dev.gitfs.git.remote.Filter;
import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.store.Grants.Grant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the store asks of its remote. Servers differ in how little of a repository they can be asked
 * for, so this keeps to the least the server is known to grant, tries the next coarser when that
 * fails, and remembers in {@link Grants} what came of it.
 */
final class Upstream {

  private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

  /** How little the server can be asked for, from best to worst. */
  private enum Grain {
    /** A commit with its root tree alone. */
    ROOT_TREE,
    /** A commit with all its trees. */
    ALL_TREES,
    /** A commit with everything below it. */
    WHOLE;

    Grain coarser() {
      return values()[ordinal() + 1];
    }
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

  private final Refusals refusals;

  private final ReentrantLock wholeFetch = new ReentrantLock();
  private final Lag lag;
  private final Grants grants;
  private final Portions portions;

  /** The server does not even offer to be asked for less than all. */
  private volatile boolean offersWholeAlone;

  /** Written with what the server said last, to this process or another before it. */
  private volatile boolean sizesAlone;

  Upstream(
      Remote remote, PackIntake intake, LocalObjects local, CacheRepository repository, Lag lag) {
    this.remote = remote;
    this.intake = intake;
    this.local = local;
    this.repository = repository;
    this.lag = lag;
    this.grants = new Grants(remote.url(), repository);
    this.portions = new Portions(remote.url(), repository);
    this.refusals = new Refusals(remote.url());
    this.sizesAlone = Files.exists(sizesMarker());
  }

  private Grain grain() {
    if (offersWholeAlone
        || grants.isRefused(Grant.TREES)
        || grants.isRefused(Grant.BLOBS)
        || grants.isRefused(Grant.ALL_TREES)) {
      return Grain.WHOLE;
    }
    return grants.isRefused(Grant.ROOT_TREE) ? Grain.ALL_TREES : Grain.ROOT_TREE;
  }

  /** What the server does not give. */
  Refusals refusals() {
    return refusals;
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

  /**
   * Sizes of blobs in their order, -1 for one that the server does not have.
   *
   * @throws RemoteException also if it tells not a single one
   */
  long[] fetchSizes(List<ObjectId> ids) throws IOException, InterruptedException {
    var told = LongStream.builder();
    portions.fetch(
        ids,
        _ -> true,
        part -> {
          sizeRequests.increment();
          LongStream.of(remote.objectSizes(part)).forEach(told);
          return true;
        });
    long[] sizes = told.build().toArray();
    if (Arrays.stream(sizes).allMatch(size -> size < 0)) {
      throw new RemoteException(
          RemoteException.Kind.NO_SUCH_OBJECT, remote.url() + ": the server tells no size");
    }
    grants.seen(Grant.SIZES);
    return sizes;
  }

  /** Sizes were not told for {@code failure}, and the contents came all the same. */
  void learnedContentsAfter(RemoteException failure) throws IOException {
    if (grants.mayRefuse(Grant.SIZES, failure)) {
      grants.refuse(Grant.SIZES, failure);
    }
  }

  /** Makes the commit that {@code want} is or, being a tag, leads to local, with its root tree. */
  void fetchCommit(ObjectId want) throws IOException, InterruptedException {
    checkCapabilities();
    commitRequests.increment();
    var refusals = new EnumMap<Grant, RemoteException>(Grant.class);
    for (Grain tried = grain(); ; tried = tried.coarser()) {
      Optional<Grant> help = help(tried);
      try {
        fetchCommit(want, tried);
        if (help.isPresent()) {
          grants.seen(help.get());
        }
        break;
      } catch (RemoteException e) {
        if (help.isEmpty() || !grants.mayRefuse(help.get(), e)) {
          throw e;
        }
        LOG.debug("{} may refuse what {} takes", remote.url(), tried, e);
        refusals.put(help.get(), e);
      }
    }
    for (var refusal : refusals.entrySet()) {
      grants.refuse(refusal.getKey(), refusal.getValue());
    }
  }

  /** What the server must do for a commit to come so. */
  private static Optional<Grant> help(Grain grain) {
    return switch (grain) {
      case ROOT_TREE -> Optional.of(Grant.ROOT_TREE);
      case ALL_TREES -> Optional.of(Grant.ALL_TREES);
      case WHOLE -> Optional.empty();
    };
  }

  private void fetchCommit(ObjectId want, Grain grain) throws IOException, InterruptedException {
    Optional<Filter> filter =
        switch (grain) {
          case ROOT_TREE -> Optional.of(Filter.trees(1));
          case ALL_TREES -> Optional.of(Filter.NO_BLOBS);
          case WHOLE -> Optional.empty();
        };
    PackKind kind = grain == Grain.WHOLE ? PackKind.WHOLE : PackKind.TREES;
    fetch(List.of(want), 1, filter, kind, Reception.DEMANDED);
  }

  /**
   * Makes the commit {@code want} local with all that is in it and not in {@code have}, a commit
   * that is here: its trees, and its files where the server sends nothing less than all.
   */
  void fetchDifference(ObjectId want, ObjectId have) throws IOException, InterruptedException {
    checkCapabilities();
    if (grants.isRefused(Grant.DIFFERENCE)) {
      fetchCommit(want);
      return;
    }
    boolean whole = grain() == Grain.WHOLE;
    Optional<Filter> filter = whole ? Optional.empty() : Optional.of(Filter.NO_BLOBS);
    PackKind kind = whole ? PackKind.WHOLE : PackKind.TREES;
    commitRequests.increment();
    try {
      var request = new FetchRequest(List.of(want), List.of(have), List.of(have), 1, filter);
      fetch(request, kind, Reception.DEMANDED);
      grants.seen(Grant.DIFFERENCE);
    } catch (RemoteException e) {
      if (isNotHere(e)) {
        LOG.debug("All of {} is asked for", want.name(), e);
        commitRequests.increment();
        fetch(List.of(want), 1, filter, kind, Reception.DEMANDED);
      } else if (grants.mayRefuse(Grant.DIFFERENCE, e)) {
        fetchCommit(want);
        grants.refuse(Grant.DIFFERENCE, e);
      } else {
        throw e;
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

  /**
   * Makes trees local, and all trees below them. One below which there is something that the server
   * cannot read comes alone.
   */
  void fetchTrees(List<ObjectId> ids) throws IOException, InterruptedException {
    if (ids.isEmpty()) {
      return;
    }
    checkCapabilities();
    if (grain() == Grain.WHOLE) {
      fetchWhole(ids);
      return;
    }
    treeRequests.increment();
    try {
      fetch(ids, 0, Optional.of(Filter.NO_BLOBS), PackKind.TREES, Reception.DEMANDED);
      grants.seen(Grant.TREES);
    } catch (RemoteException e) {
      if (!Refusals.isOfObjects(e) || ids.size() > 1 || !comesAlone(ids.getFirst())) {
        fetchWholeAfter(e, Grant.TREES, ids);
      }
    }
  }

  /** Whether a tree can be had without what is below it. */
  private boolean comesAlone(ObjectId tree) throws IOException, InterruptedException {
    treeRequests.increment();
    try {
      fetch(List.of(tree), 0, Optional.of(Filter.trees(0)), PackKind.TREES, Reception.DEMANDED);
      return true;
    } catch (RemoteException e) {
      LOG.debug("{} does not come alone either", tree.name(), e);
      return false;
    }
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
    if (grain() == Grain.WHOLE) {
      fetchWhole(ids);
      return PackIntake.Taken.NOTHING;
    }
    (reception.isAhead() ? prefetchRequests : blobRequests).increment();
    boolean ordered = reception.isAhead() && !grants.isRefused(Grant.ORDER);
    List<ObjectId> shallow = shown.keySet().stream().limit(ordered ? 1 : 0).toList();
    try {
      PackIntake.Taken taken = fetchBlobs(ids, shallow, reception);
      grants.seen(Grant.BLOBS);
      if (!shallow.isEmpty()) {
        grants.seen(Grant.ORDER);
      }
      return taken;
    } catch (RemoteException e) {
      if (!shallow.isEmpty() && grants.mayRefuse(Grant.ORDER, e)) {
        PackIntake.Taken taken = fetchBlobs(ids, List.of(), reception);
        grants.refuse(Grant.ORDER, e);
        return taken;
      }
      fetchWholeAfter(e, Grant.BLOBS, ids);
      return PackIntake.Taken.NOTHING;
    }
  }

  private PackIntake.Taken fetchBlobs(
      List<ObjectId> ids, List<ObjectId> shallow, Reception reception)
      throws IOException, InterruptedException {
    var request = new FetchRequest(ids, List.of(), shallow, 0, Optional.empty());
    return fetch(request, PackKind.BLOBS, reception);
  }

  /** Those before us may have fetched everything there is; else that is what is left to ask for. */
  private void fetchWholeAfter(RemoteException refusal, Grant grant, List<ObjectId> ids)
      throws IOException, InterruptedException {
    if (shown.isEmpty() || !grants.mayRefuse(grant, refusal) || isLost(refusal, ids)) {
      throw refusal;
    }
    LOG.debug("{} may refuse single objects", remote.url(), refusal);
    fetchWhole(ids);
    grants.refuse(grant, refusal);
  }

  /**
   * Whether the server lacks one of {@code ids}, and does not refuse all that no ref names: git has
   * the same words for both ({@code not our ref}, upload-pack.c). What it has sent before, the root
   * of a commit, tells them apart: what may be wanted does not depend on its type there.
   */
  private boolean isLost(RemoteException refusal, List<ObjectId> ids)
      throws IOException, InterruptedException {
    if (refusal.kind() != RemoteException.Kind.NO_SUCH_OBJECT
        || Refusals.named(refusal, ids).isEmpty()) {
      return false;
    }
    Optional<ObjectId> root = shown.values().stream().filter(id -> !ids.contains(id)).findFirst();
    if (!grants.isGranted(Grant.TREES) && root.isPresent() && comesAlone(root.get())) {
      grants.seen(Grant.TREES);
    }
    return grants.isGranted(Grant.TREES);
  }

  /**
   * Whether the server can be asked for a part of what it has, so that there are parts to fetch.
   */
  boolean sendsParts() throws IOException, InterruptedException {
    checkCapabilities();
    return grain() != Grain.WHOLE;
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

  /** Trees without anything below them, ahead of need. */
  PackIntake.Taken prefetchTreesAlone(List<ObjectId> trees, Reception reception)
      throws IOException, InterruptedException {
    prefetchRequests.increment();
    return fetch(trees, 0, Optional.of(Filter.trees(0)), PackKind.TREES, reception);
  }

  private void checkCapabilities() throws IOException, InterruptedException {
    learn(remote.capabilities());
    if (!offersWholeAlone && !remote.capabilities().partial()) {
      offersWholeAlone = true;
      LOG.warn(
          "{} cannot send single files: each commit is fetched whole, without its history",
          remote.url());
    }
  }

  /** Keeps what the server can, for a mount to know it before it has asked. */
  private void learn(Capabilities capabilities) {
    boolean told = capabilities.objectInfo() && !grants.isRefused(Grant.SIZES);
    if (told != sizesAlone) {
      sizesAlone = told;
      try {
        if (told) {
          AtomicFile.write(repository.scratch(), sizesMarker(), capabilities.agent() + "\n");
        } else {
          FileTrees.delete(sizesMarker());
        }
      } catch (IOException e) {
        LOG.debug("What {} can is not kept", remote.url(), e);
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
    try {
      PackIntake.Taken taken =
          request.depth() > 0
              ? fetchOnce(request, kind, reception)
              : fetchInPortions(request, kind, reception);
      if (request.wants().size() == 1) {
        refusals.came(request.wants().getFirst());
      }
      return taken;
    } catch (RemoteException e) {
      noteRefused(request, kind, e);
      throw e;
    }
  }

  private PackIntake.Taken fetchInPortions(FetchRequest request, PackKind kind, Reception reception)
      throws IOException, InterruptedException {
    var all = new ArrayList<PackIntake.Taken>();
    portions.fetch(
        request.wants(),
        id -> !local.has(id),
        part -> {
          all.add(lag.outlast(() -> fetchOnce(request.forWants(part), kind, reception)));
          return !all.getLast().cut();
        });
    return all.stream().reduce(PackIntake.Taken.NOTHING, PackIntake.Taken::and);
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

  /** Of trees it may be something below them that is not given. */
  private void noteRefused(FetchRequest request, PackKind kind, RemoteException why) {
    // An answer that broke off may be an outage.
    if (why.kind() == RemoteException.Kind.NO_SUCH_OBJECT) {
      boolean isAlone = request.wants().size() == 1 && kind == PackKind.BLOBS;
      refusals.refuse(isAlone ? request.wants() : Refusals.named(why, request.wants()), why);
    }
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
}
