package dev.gitfs.git.store;

import com.github.benmanes.caffeine.cache.Cache;
import dev.gitfs.git.remote.Outage;
import dev.gitfs.git.remote.Remote;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
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

  /**
   * Of the cache on disk, what inflated large blobs may keep while nobody reads them, and as much
   * for what is to be read soon.
   */
  private static final int SPOOL_SHARE = 8;

  /** But for that no more than this: windows of Linux that are under way inflate to 325 MB. */
  private static final long OVERFLOW_BYTES = 512 << 20;

  /** What a round trip is taken to be at least there: a file of 1 MiB takes that long to come. */
  private static final long LEAST_ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(40);

  /** Packs whose objects were handed on are complete some milliseconds later, or never. */
  private static final Duration LAST_PACKS = Duration.ofSeconds(1);

  /** Tries before an object that comes and goes again is given up. */
  private static final int ATTEMPTS = 3;

  /** Blobs inflated at a time that are too large to be inflated twice in vain. */
  private static final int INFLATING = 64;

  private final Remote remote;
  private final Session session;
  private final LocalObjects local;
  private final Upkeep upkeep;
  private final PackIntake intake;
  private final Upstream upstream;
  private final Resolver resolver;
  private final Spool spool;
  private final Lane treeLane;
  private final Patience patience = new Patience(System.nanoTime());
  private final Lane blobLane;
  private final Lane largeBlobLane;
  private final StoreMemory memory;
  private final Cache<ObjectId, ParsedTree> trees;
  private final Cache<ObjectId, byte[]> blobs;
  private final PrefetchedContents prefetched;
  private final long spoolBytes;
  private final Arrivals arrivals;
  private final BlobSizes sizes;
  private final Errands errands;
  private final ReentrantLock[] inflating = new ReentrantLock[INFLATING];
  private final LongAdder arrived = new LongAdder();
  private final LongAdder memoryHits = new LongAdder();
  private final LongAdder diskHits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder waits = new LongAdder();
  private final LongAdder waitedNanos = new LongAdder();

  GitStore(Remote remote, StoreOptions options) throws IOException {
    this(remote, options, Lag.COMMIT_PAUSES);
  }

  /**
   * With patience for servers that lag.
   *
   * @param pauses before each time that a commit is asked for again
   */
  GitStore(Remote remote, StoreOptions options, List<Duration> pauses) throws IOException {
    JGitSettings.apply((int) SPOOL_BYTES);
    this.remote = remote;
    var repository = CacheRepository.open(options.cacheDirectory(), remote.url());
    session = Session.start(repository.sessions());
    memory = options.memory();
    long overflowBytes = Math.min(OVERFLOW_BYTES, options.diskBytes() / SPOOL_SHARE);
    prefetched =
        new PrefetchedContents(
            memory, new Overflow(session.directory(), overflowBytes, memory.pieceBytes()));
    arrivals = new Arrivals(memory.bases());
    local = new LocalObjects(repository.objects(), memory.bases());
    upkeep =
        new Upkeep(
            local,
            new Consolidation(local, session.directory(), options.diskBytes()),
            new DiskBound(options.cacheDirectory(), options.diskBytes()),
            options,
            this::activity,
            this::trim);
    spoolBytes = Math.min(SPOOL_BYTES, memory.bytes() / 8);
    trees = memory.trees();
    blobs = memory.blobs();
    intake =
        new PackIntake(
            session.directory(), spoolBytes, local, arrivals, new Delivered(), upkeep::packArrived);
    upstream = new Upstream(remote, intake, local, repository, Lag.ofObjects(pauses));
    resolver = new Resolver(remote, upstream, local, repository, Lag.ofCommits(pauses));
    spool = new Spool(session.directory(), options.diskBytes() / SPOOL_SHARE);
    treeLane = new Lane("trees", ids -> upstream.fetchTrees(missing(ids)));
    blobLane = new Lane("blobs", ids -> upstream.fetchBlobs(missing(ids)));
    largeBlobLane = new Lane("large-blobs", ids -> upstream.fetchBlobs(missing(ids)));
    var told = new SizeTable(repository.scratch().resolve("sizes"), repository.scratch());
    sizes =
        new BlobSizes(
            upstream,
            told,
            this::isSizeKnown,
            options
                .sizes()
                .map(
                    source -> ElsewhereSizes.of(source, upstream::shown, this::treeIfLocal, told)));
    errands =
        new Errands(
            new PrefetchWork(
                upstream,
                sizes,
                this::isComing,
                id -> isComing(id) && !isFar(id),
                this::isSizeKnown,
                this::isHere,
                repository));
    for (int i = 0; i < INFLATING; i++) {
      inflating[i] = new ReentrantLock();
    }
  }

  @Override
  public Revision resolve(Optional<String> ref) throws IOException, InterruptedException {
    return resolver.resolve(ref);
  }

  @Override
  public Map<String, Tip> tips(Collection<String> refs) throws IOException, InterruptedException {
    return resolver.tips(refs);
  }

  @Override
  public Revision advance(Tip tip, Revision shown) throws IOException, InterruptedException {
    return resolver.advance(tip, shown);
  }

  @Override
  public Optional<Tree> treeIfLocal(ObjectId id) throws IOException {
    Tree cached = trees.getIfPresent(id);
    Optional<Tree> held = cached != null ? Optional.of(cached) : memory.largeTrees().get(id);
    if (held.isPresent()) {
      memoryHits.increment();
      return held;
    }
    Optional<byte[]> raw =
        id.equals(Constants.EMPTY_TREE_ID)
            ? Optional.of(new byte[0])
            : arrivedOrLocal(id, Constants.OBJ_TREE);
    if (raw.isPresent()) {
      diskHits.increment();
      ParsedTree tree = ParsedTree.parse(id, raw.get());
      trees.put(id.copy(), tree);
      return Optional.of(tree);
    }
    return local.has(id)
        ? memory.largeTrees().read(id, most -> largeTree(id, most))
        : Optional.empty();
  }

  private Optional<ParsedTree> largeTree(ObjectId id, long mostBytes) throws IOException {
    Optional<byte[]> raw = local.largeBytes(id, Constants.OBJ_TREE, mostBytes);
    if (raw.isEmpty()) {
      return Optional.empty();
    }
    diskHits.increment();
    return Optional.of(ParsedTree.parse(id, raw.get()));
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
    OptionalLong size = storedSize(id);
    return size.isPresent() && isQuick(size.getAsLong()) ? inflate(id) : Optional.empty();
  }

  @Override
  public Blob blob(ObjectId id) throws IOException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Blob> blob = blobFromMemoryOrDisk(id);
      if (blob.isPresent()) {
        return blob.get();
      }
      prefetched.waits();
      try {
        await(isLarge(id) ? largeBlobLane : blobLane, id);
      } finally {
        prefetched.waited();
      }
    }
    throw vanishes(id);
  }

  @Override
  public Optional<Blob> blobAhead(ObjectId id) throws IOException {
    Optional<Blob> held = prefetched.peek(id);
    if (held.isPresent()) {
      return held;
    }
    OptionalLong size = storedSize(id);
    if (size.isEmpty() || !isQuick(size.getAsLong())) {
      return Optional.empty();
    }
    return inflated(id).map(HeapBlob::new);
  }

  @Override
  public void wasRead(ObjectId id) {
    blobs.invalidate(id);
    prefetched.wasRead(id);
  }

  @Override
  public OptionalLong sizeIfLocal(ObjectId id) throws IOException {
    if (id.equals(EMPTY_BLOB)) {
      return OptionalLong.of(0);
    }
    OptionalLong told = sizes.told(id);
    if (told.isPresent()) {
      return told;
    }
    byte[] cached = blobs.getIfPresent(id);
    if (cached != null) {
      return OptionalLong.of(cached.length);
    }
    OptionalLong arrived = arrivals.size(id);
    return arrived.isPresent() ? arrived : local.size(id);
  }

  @Override
  public boolean awaitSize(ObjectId id) throws IOException, InterruptedException {
    long start = System.nanoTime();
    errands.awaitSize(id, patience(blobLane));
    boolean known = sizeIfLocal(id).isPresent();
    if (known) {
      waited(start);
    }
    return known;
  }

  @Override
  public void fetchSizes(Collection<ObjectId> ids) throws IOException, InterruptedException {
    List<ObjectId> unknown = unknownSizes(ids);
    if (unknown.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    try {
      if (!upstream.sizesAlone()) {
        // A prefetch may be bringing their contents, and their sizes with those.
        errands.await(unknown, patience(blobLane));
        unknown = unknownSizes(unknown);
      }
      if (!unknown.isEmpty()) {
        sizes.fetch(unknown);
      }
    } finally {
      waited(start);
    }
  }

  private List<ObjectId> unknownSizes(Collection<ObjectId> ids) throws IOException {
    var unknown = new ArrayList<ObjectId>();
    for (ObjectId id : ids) {
      if (sizeIfLocal(id).isEmpty()) {
        unknown.add(id.copy());
      }
    }
    return unknown;
  }

  @Override
  public Optional<Outage> outage() {
    return remote.outage();
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
        prefetched.statistics(errands.runningCount(), errands.plannedCount()),
        upstream.requests());
  }

  @Override
  public boolean isLocal(ObjectId id) {
    return id.equals(EMPTY_BLOB) || blobs.getIfPresent(id) != null || isHere(id);
  }

  @Override
  public Optional<IOException> refusal(ObjectId id) {
    return upstream.refusals().of(id).map(IOException.class::cast);
  }

  @Override
  public boolean isFar(ObjectId blob) {
    return errands.isFar(blob, patience(blobLane));
  }

  @Override
  public boolean serverTellsSizes() {
    return upstream.sizesAlone();
  }

  @Override
  public boolean sizesAlone() {
    return sizes.alone();
  }

  @Override
  public Prefetch prefetch(PrefetchRequest request) {
    return errands.start(request);
  }

  @Override
  public void close() {
    errands.close();
    sizes.close();
    treeLane.close();
    blobLane.close();
    largeBlobLane.close();
    // What was read a moment ago may still be on its way to the disk.
    awaitShelved(LAST_PACKS);
    remote.close();
    awaitShelved(LAST_PACKS);
    upkeep.close();
    spool.close();
    memory.forget(local::has);
    prefetched.close();
    local.close();
    session.close();
  }

  /** Does now what would be done in the background at some quiet moment. */
  void tidy() throws IOException {
    awaitShelved(LAST_PACKS);
    upkeep.tidy();
  }

  private void trim() {
    prefetched.trim();
    memory.trim();
  }

  /** Grows while somebody reads or something comes. */
  private long activity() {
    return arrived.sum() + memoryHits.sum() + diskHits.sum() + misses.sum();
  }

  private void awaitShelved(Duration patience) {
    try {
      intake.awaitIdle(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<Blob> inMemoryOrSpooled(ObjectId id) {
    byte[] cached = id.equals(EMPTY_BLOB) ? new byte[0] : blobs.getIfPresent(id);
    Optional<Blob> blob = cached != null ? Optional.of(new HeapBlob(cached)) : prefetched.open(id);
    if (blob.isEmpty()) {
      blob = spool.open(id);
    }
    if (blob.isPresent()) {
      memoryHits.increment();
    }
    return blob;
  }

  /** Kept for those who read on. */
  private Optional<Blob> inflate(ObjectId id) throws IOException {
    Optional<byte[]> bytes = inflated(id);
    bytes.ifPresent(content -> blobs.put(id.copy(), content));
    return bytes.map(HeapBlob::new);
  }

  private Optional<byte[]> inflated(ObjectId id) throws IOException {
    Optional<byte[]> bytes = arrivedOrLocal(id, Constants.OBJ_BLOB);
    bytes.ifPresent(content -> diskHits.increment());
    return bytes;
  }

  private Optional<Blob> blobFromMemoryOrDisk(ObjectId id)
      throws IOException, InterruptedException {
    Optional<Blob> present = inMemoryOrSpooled(id);
    if (present.isPresent()) {
      return present;
    }
    OptionalLong size = storedSize(id);
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
      // Its size may be what the server told, and that may be wrong.
      long whole = local.size(id).orElse(size);
      Optional<Blob> spooled = local.stream(id, contents -> spool.add(id.copy(), contents, whole));
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
    return sizes.told(id).orElse(0) > spoolBytes;
  }

  private void await(Lane lane, ObjectId id) throws IOException, InterruptedException {
    misses.increment();
    long start = System.nanoTime();
    try {
      boolean coming = errands.isExpected(id);
      if (lane == treeLane) {
        errands.awaitTree(id, patience(lane), () -> arrivals.has(id));
      } else {
        errands.await(List.of(id), patience(lane));
      }
      if (!isHere(id)) {
        if (coming) {
          patience.lose(System.nanoTime());
        }
        lane.fetch(id.copy());
      }
    } finally {
      waited(start);
    }
  }

  private long patience(Lane lane) {
    return patience.nanos(Math.max(LEAST_ROUND_TRIP, lane.roundTrip()), System.nanoTime());
  }

  private void waited(long start) {
    waits.increment();
    waitedNanos.add(System.nanoTime() - start);
  }

  private Optional<byte[]> arrivedOrLocal(ObjectId id, int type) throws IOException {
    Optional<byte[]> arrived = arrivals.bytes(id, type);
    return arrived.isPresent() ? arrived : local.bytes(id, type);
  }

  /** The size of a blob if that is here. A pack is looked at only where nobody has noted it. */
  private OptionalLong storedSize(ObjectId id) throws IOException {
    OptionalLong arrived = arrivals.size(id);
    if (arrived.isPresent()) {
      return arrived;
    }
    OptionalLong told = sizes.told(id);
    if (told.isEmpty()) {
      return local.size(id);
    }
    return local.has(id) ? told : OptionalLong.empty();
  }

  private boolean isHere(ObjectId id) {
    return arrivals.has(id) || local.has(id);
  }

  /** Whether a blob is here, or has been asked for. */
  private boolean isComing(ObjectId id) {
    return isLocal(id)
        || blobLane.isWanted(id)
        || largeBlobLane.isWanted(id)
        || errands.isExpected(id);
  }

  private boolean isSizeKnown(ObjectId id) {
    return id.equals(EMPTY_BLOB) || sizes.told(id).isPresent() || isHere(id);
  }

  /** What has not come since it was wanted, to this process or another: a look beats a request. */
  private List<ObjectId> missing(List<ObjectId> ids) {
    local.lookAgain();
    return ids.stream().filter(id -> !isHere(id)).toList();
  }

  private IOException vanishes(ObjectId id) {
    return new IOException(
        "%s of %s was fetched %d times, and is still not in the cache"
            .formatted(id.name(), remote.url(), ATTEMPTS));
  }

  /** What comes, on the threads that receive it. */
  private final class Delivered implements PackIntake.Delivery {

    /**
     * An object has come, of a pack that is still on its way. What somebody waits for goes to what
     * is read, anything else to what may be.
     */
    @Override
    public void arrived(PackEntry entry, byte[] content, Reception reception) {
      arrived.increment();
      // A copy, for the entry leads to the rest of its pack.
      ObjectId id = entry.copy();
      if (entry.type() == Constants.OBJ_TREE) {
        // Who waits for a tree gets those below it with the same answer, and wants them next: he is
        // woken when they are here as well, or he would ask for each on its own.
        if (reception.isAhead()) {
          treeLane.arrived(id);
        }
      } else if (entry.type() == Constants.OBJ_BLOB) {
        if (blobLane.isWanted(id)) {
          blobs.put(id, Arrays.copyOf(content, (int) entry.size()));
        } else {
          prefetched.add(reception, id, content, (int) entry.size());
        }
        blobLane.arrived(id);
        sizes.arrived(id, entry.size());
      }
      errands.arrived(id);
    }

    @Override
    public void arrivedLarge(PackEntry entry, Path content) {
      if (entry.type() == Constants.OBJ_BLOB) {
        spool.link(entry.copy(), content, entry.size());
      }
    }

    @Override
    public void began(Reception reception) {
      prefetched.began(reception);
    }

    @Override
    public void ended(Reception reception) {
      prefetched.ended(reception);
    }
  }
}
