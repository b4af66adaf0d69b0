package dev.gitfs.git.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gitfs.git.remote.Remote;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The store: looks in memory, then on disk, then asks the remote. Everything it knows how to do is
 * done by its parts; this class puts them in that order.
 */
final class GitStore implements ObjectStore {

  private static final ObjectId EMPTY_BLOB =
      ObjectId.fromString("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");

  /**
   * Inflated on the caller's thread even where that must not block: at 250 MB/s, a quarter of a
   * millisecond.
   */
  private static final long QUICK_BYTES = 64 << 10;

  /** Larger blobs are spooled: held in memory, a few of them would leave room for nothing else. */
  private static final long SPOOL_BYTES = 8 << 20;

  /** Trees are small, listed again and again, and lead to everything else. */
  private static final int TREE_SHARE = 4;

  /** Of the cache on disk, what inflated large blobs may keep while nobody reads them. */
  private static final int SPOOL_SHARE = 8;

  /** Objects in one request: 800 kB of ids. */
  private static final int MOST_WANTS = 16_384;

  /** Tries before an object that comes and goes again is given up. */
  private static final int ATTEMPTS = 3;

  /** Blobs inflated at a time that are too large to be inflated twice in vain. */
  private static final int INFLATING = 64;

  /** An id, a cache's entry and an array header. */
  private static final int ENTRY_BYTES = 136;

  private final Remote remote;
  private final Session session;
  private final LocalObjects local;
  private final Upkeep upkeep;
  private final Upstream upstream;
  private final Resolver resolver;
  private final Spool spool;
  private final Lane treeLane;
  private final Lane blobLane;
  private final Lane largeBlobLane;
  private final Cache<ObjectId, ParsedTree> trees;
  private final Cache<ObjectId, byte[]> blobs;
  private final long spoolBytes;
  private final SizeTable sizes;
  private final Lane sizeLane;
  private final Errands errands;
  private final ReentrantLock[] inflating = new ReentrantLock[INFLATING];
  private final LongAdder prefetched = new LongAdder();
  private final LongAdder memoryHits = new LongAdder();
  private final LongAdder diskHits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder waits = new LongAdder();
  private final LongAdder waitedNanos = new LongAdder();

  GitStore(Remote remote, StoreOptions options) throws IOException {
    JGitSettings.apply((int) SPOOL_BYTES);
    this.remote = remote;
    var repository = CacheRepository.open(options.cacheDirectory(), remote.url());
    session = Session.start(repository.sessions());
    local = new LocalObjects(repository.objects());
    upkeep =
        new Upkeep(
            local,
            new Consolidation(local, session.directory(), options.diskBytes()),
            new DiskBound(options.cacheDirectory(), options.diskBytes()),
            options);
    var intake =
        new PackIntake(
            session.directory(),
            local,
            new GitIndexPack(repository.directory()),
            upkeep::packArrived);
    upstream = new Upstream(remote, intake, local, repository);
    resolver = new Resolver(remote, upstream, local, repository);
    spool = new Spool(session.directory(), options.diskBytes() / SPOOL_SHARE);
    treeLane = new Lane("trees", upstream::fetchTrees);
    blobLane = new Lane("blobs", upstream::fetchBlobs);
    largeBlobLane = new Lane("large-blobs", upstream::fetchBlobs);
    sizes = new SizeTable(repository.scratch().resolve("sizes"), repository.scratch());
    sizeLane = new Lane("sizes", this::askSizes);
    errands = new Errands(this::carryOut);
    spoolBytes = Math.min(SPOOL_BYTES, options.memoryBytes() / 8);
    long treeBytes = options.memoryBytes() / TREE_SHARE;
    trees = cache(treeBytes, ParsedTree::weight);
    blobs = cache(options.memoryBytes() - treeBytes, bytes -> bytes.length);
    for (int i = 0; i < INFLATING; i++) {
      inflating[i] = new ReentrantLock();
    }
  }

  @Override
  public Revision resolve(Optional<String> ref) throws IOException, InterruptedException {
    return resolver.resolve(ref);
  }

  @Override
  public Optional<Tree> treeIfLocal(ObjectId id) throws IOException {
    Tree cached = trees.getIfPresent(id);
    if (cached != null) {
      memoryHits.increment();
      return Optional.of(cached);
    }
    Optional<byte[]> raw =
        id.equals(Constants.EMPTY_TREE_ID)
            ? Optional.of(new byte[0])
            : local.bytes(id, Constants.OBJ_TREE);
    if (raw.isEmpty()) {
      return Optional.empty();
    }
    diskHits.increment();
    ParsedTree tree = ParsedTree.parse(id, raw.get());
    trees.put(id.copy(), tree);
    return Optional.of(tree);
  }

  @Override
  public Tree tree(ObjectId id) throws IOException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Tree> tree = treeIfLocal(id);
      if (tree.isPresent()) {
        return tree.get();
      }
      await(treeLane, id);
    }
    throw vanishes(id);
  }

  @Override
  public Optional<Blob> blobIfLocal(ObjectId id) throws IOException {
    Optional<Blob> blob = inMemoryOrSpooled(id);
    if (blob.isPresent()) {
      return blob;
    }
    OptionalLong size = local.size(id);
    return size.isPresent() && isQuick(size.getAsLong()) ? inflate(id) : Optional.empty();
  }

  @Override
  public Blob blob(ObjectId id) throws IOException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Blob> blob = blobFromMemoryOrDisk(id);
      if (blob.isPresent()) {
        return blob.get();
      }
      await(isLarge(id) ? largeBlobLane : blobLane, id);
    }
    throw vanishes(id);
  }

  @Override
  public OptionalLong sizeIfLocal(ObjectId id) throws IOException {
    if (id.equals(EMPTY_BLOB)) {
      return OptionalLong.of(0);
    }
    OptionalLong told = sizes.get(id);
    if (told.isPresent()) {
      return told;
    }
    byte[] cached = blobs.getIfPresent(id);
    return cached != null ? OptionalLong.of(cached.length) : local.size(id);
  }

  @Override
  public void fetchSizes(Collection<ObjectId> ids) throws IOException, InterruptedException {
    var unknown = new ArrayList<ObjectId>();
    for (ObjectId id : ids) {
      if (sizeIfLocal(id).isEmpty()) {
        unknown.add(id.copy());
      }
    }
    if (unknown.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    try {
      if (remote.capabilities().objectInfo()) {
        for (IOException failure : sizeLane.fetchAll(unknown).values()) {
          throw failure;
        }
      } else {
        blobLane.fetchAll(unknown);
      }
    } finally {
      waited(start);
    }
  }

  @Override
  public StoreStatistics statistics() {
    return new StoreStatistics(
        memoryHits.sum(),
        diskHits.sum(),
        misses.sum(),
        upstream.objectsFetched(),
        waits.sum(),
        Duration.ofNanos(waitedNanos.sum()),
        new PrefetchStatistics(
            errands.runningCount(), errands.plannedCount(), prefetched.sum(), 0, 0, 0, 0, 0),
        upstream.requests());
  }

  @Override
  public boolean isLocal(ObjectId id) {
    return id.equals(EMPTY_BLOB) || blobs.getIfPresent(id) != null || local.has(id);
  }

  @Override
  public boolean sizesAlone() {
    return upstream.sizesAlone();
  }

  @Override
  public Prefetch prefetch(PrefetchRequest request) {
    return errands.start(request);
  }

  @Override
  public void close() {
    errands.close();
    sizeLane.close();
    treeLane.close();
    blobLane.close();
    largeBlobLane.close();
    upkeep.close();
    spool.close();
    local.close();
    session.close();
    remote.close();
  }

  /** Does now what would be done in the background at some quiet moment. */
  void tidy() throws IOException {
    upkeep.tidy();
  }

  private Optional<Blob> inMemoryOrSpooled(ObjectId id) {
    byte[] cached = id.equals(EMPTY_BLOB) ? new byte[0] : blobs.getIfPresent(id);
    Optional<Blob> blob = cached != null ? Optional.of(new HeapBlob(cached)) : spool.open(id);
    if (blob.isPresent()) {
      memoryHits.increment();
    }
    return blob;
  }

  private Optional<Blob> inflate(ObjectId id) throws IOException {
    Optional<byte[]> bytes = local.bytes(id, Constants.OBJ_BLOB);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    diskHits.increment();
    blobs.put(id.copy(), bytes.get());
    return Optional.of(new HeapBlob(bytes.get()));
  }

  private Optional<Blob> blobFromMemoryOrDisk(ObjectId id)
      throws IOException, InterruptedException {
    Optional<Blob> present = inMemoryOrSpooled(id);
    if (present.isPresent()) {
      return present;
    }
    OptionalLong size = local.size(id);
    if (size.isEmpty()) {
      return Optional.empty();
    }
    return isQuick(size.getAsLong()) ? inflate(id) : inflateOnce(id, size.getAsLong());
  }

  /** Long work: those who want the same meanwhile wait for the one who does it. */
  private Optional<Blob> inflateOnce(ObjectId id, long size)
      throws IOException, InterruptedException {
    ReentrantLock lock = inflating[Math.floorMod(id.hashCode(), INFLATING)];
    lock.lockInterruptibly();
    try {
      Optional<Blob> present = inMemoryOrSpooled(id);
      if (present.isPresent()) {
        return present;
      }
      if (size <= spoolBytes) {
        return inflate(id);
      }
      Optional<Blob> spooled = local.stream(id, contents -> spool.add(id.copy(), contents, size));
      spooled.ifPresent(blob -> diskHits.increment());
      return spooled;
    } catch (InterruptedIOException e) {
      throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    } finally {
      lock.unlock();
    }
  }

  private boolean isQuick(long size) {
    return size <= Math.min(QUICK_BYTES, spoolBytes);
  }

  private boolean isLarge(ObjectId id) {
    return sizes.get(id).orElse(0) > spoolBytes;
  }

  private void await(Lane lane, ObjectId id) throws IOException, InterruptedException {
    misses.increment();
    long start = System.nanoTime();
    try {
      lane.fetch(id.copy());
    } finally {
      waited(start);
    }
  }

  private void waited(long start) {
    waits.increment();
    waitedNanos.add(System.nanoTime() - start);
  }

  private void askSizes(List<ObjectId> ids) throws IOException, InterruptedException {
    long[] answer = upstream.fetchSizes(ids);
    for (int i = 0; i < answer.length; i++) {
      if (answer[i] >= 0) {
        sizes.put(ids.get(i), answer[i]);
      }
    }
  }

  private Prefetch.State carryOut(Errands.Errand errand) throws IOException, InterruptedException {
    switch (errand.request) {
      case PrefetchRequest.Blobs(var ids, var maxBytes) -> {
        List<ObjectId> missing = ids.stream().filter(id -> !isLocal(id)).toList();
        errand.wants(missing.size());
        for (int from = 0; from < missing.size(); from += MOST_WANTS) {
          List<ObjectId> part = missing.subList(from, Math.min(missing.size(), from + MOST_WANTS));
          upstream.fetchBlobs(part);
          errand.received(part.size(), 0);
          prefetched.add(part.size());
        }
      }
      case PrefetchRequest.Sizes(var ids) -> {
        if (remote.capabilities().objectInfo()) {
          var unknown = new ArrayList<ObjectId>();
          for (ObjectId id : ids) {
            if (sizeIfLocal(id).isEmpty()) {
              unknown.add(id);
            }
          }
          errand.wants(unknown.size());
          for (int from = 0; from < unknown.size(); from += MOST_WANTS) {
            List<ObjectId> part =
                unknown.subList(from, Math.min(unknown.size(), from + MOST_WANTS));
            for (IOException failure : sizeLane.fetchAll(part).values()) {
              throw failure;
            }
            errand.received(part.size(), 0);
          }
        }
      }
      case PrefetchRequest.Trees(var root, var maxBytes) -> upstream.fetchTrees(List.of(root));
      case PrefetchRequest.Subtrees(var trees, var maxBytes) -> upstream.fetchSubtrees(trees);
    }
    return Prefetch.State.COMPLETE;
  }

  private IOException vanishes(ObjectId id) {
    return new IOException(
        "%s of %s was fetched %d times, and is still not in the cache"
            .formatted(id.name(), remote.url(), ATTEMPTS));
  }

  /** Bounds are kept on the thread that adds, so what is held never overshoots for long. */
  private static <V> Cache<ObjectId, V> cache(long bytes, ToIntFunction<V> weight) {
    return Caffeine.newBuilder()
        .maximumWeight(bytes)
        .weigher((ObjectId id, V value) -> ENTRY_BYTES + weight.applyAsInt(value))
        .executor(Runnable::run)
        .build();
  }
}
