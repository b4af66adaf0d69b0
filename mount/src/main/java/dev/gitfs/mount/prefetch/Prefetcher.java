package dev.gitfs.mount.prefetch;

import dev.gitfs.git.background.Background;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Prefetch;
import dev.gitfs.git.store.PrefetchRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the policy for one mount: is told what readers do, asks the policy, and has the store
 * fetch what it wishes.
 *
 * <p>The threads that serve readers only put what they did into a queue, without a lock and without
 * waiting; one thread at a time takes it from there. Methods are thread-safe.
 */
public final class Prefetcher implements AutoCloseable {

  /** Accesses not yet dealt with; beyond, readers are so much faster that some may be missed. */
  private static final int MOST_TOLD = 1 << 16;

  /**
   * How long the thread dozes when it has nothing to do, before it sleeps and has to be woken.
   * Short beside a round trip; while readers are busy it spares each of them a system call, and
   * itself a look at every single file.
   */
  private static final long DOZE_NANOS = 2_000_000;

  /** How often the policy hears that time has passed, while something is under way. */
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * How long one who has to wait anyway lets the policy go first: what a second request would cost
   * him. The policy takes a few milliseconds, or tens where other programs want the processors.
   */
  private static final Duration COURTESY = Duration.ofMillis(100);

  /**
   * Directories taken to be looked at after one that was: spares four of five questions for a file
   * that was held back, and has at most so many windows come in vain for a find that follows.
   */
  private static final int TRUST = 4;

  private static final Logger log = LoggerFactory.getLogger(Prefetcher.class);

  /** Whoever goes on within that needs no new thread, which takes a tenth of a millisecond. */
  private static final Duration THREAD_KEPT = Duration.ofSeconds(5);

  /**
   * Threads of all mounts of this process: as many as there is work for, however many repositories
   * are open. None of them is virtual: a policy computes for milliseconds, for which a reader's
   * thread would have to wait.
   */
  private static final Executor THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          THREAD_KEPT.toNanos(),
          TimeUnit.NANOSECONDS,
          new SynchronousQueue<>(),
          task -> Background.platform("prefetcher", task::run));

  private final ObjectStore store;
  private final PrefetchMode mode;
  private final Heap heap = new Heap();
  private final ConcurrentLinkedQueue<Runnable> told = new ConcurrentLinkedQueue<>();
  private final AtomicInteger toldCount = new AtomicInteger();
  private final AtomicInteger readersWaiting = new AtomicInteger();

  /** The trees that come when a mount begins, if any do. */
  private final CompletableFuture<Optional<Prefetch>> skeleton = new CompletableFuture<>();

  private final Set<PathFetch> named = ConcurrentHashMap.newKeySet();

  /** Whether a thread is at work, or about to be. */
  private final AtomicBoolean atWork = new AtomicBoolean();

  /** The one that was last. */
  private volatile Thread worker;

  // Belong to the thread that is at work.
  private final Map<Integer, Prefetch> running = new HashMap<>();
  private Policy policy;

  private volatile Folder root;

  /** Null unless someone wants to know what is read. */
  private volatile ReadRecording recording;

  /** Of how many directories more attributes are taken to be asked for. */
  private final AtomicInteger trusted = new AtomicInteger();

  private volatile boolean asleep;
  private volatile boolean closed;
  private volatile ReaderStatistics statistics = new ReaderStatistics(0, 0, 0, 0);

  private Prefetcher(ObjectStore store, ObjectId rootTree, PrefetchMode mode) {
    this.store = store;
    this.mode = mode;
    this.root = Folder.root(rootTree);
    this.policy = new Policy(new StoreOutline(store), root, mode);
  }

  /** Begins to fetch ahead for those who read the tree {@code rootTree}, which is local. */
  public static Prefetcher start(ObjectStore store, ObjectId rootTree, PrefetchMode mode) {
    var prefetcher = new Prefetcher(store, rootTree, mode);
    if (mode == PrefetchMode.OFF) {
      prefetcher.skeleton.complete(Optional.empty());
    } else {
      prefetcher.told.add(prefetcher::begin);
      prefetcher.wake();
    }
    return prefetcher;
  }

  /**
   * Begins to bring what was named of the tree {@code shown}, which is local, whatever the mode. It
   * is cancelled when the mount ends, or by whoever asked for it.
   */
  public PathFetch bring(ObjectId shown, PathRequest request) {
    var fetch = PathFetch.start(store, shown, request, skeleton);
    named.removeIf(PathFetch::isDone);
    named.add(fetch);
    if (closed) {
      fetch.cancel();
    }
    return fetch;
  }

  /** The root of the tree that is shown. */
  public Folder root() {
    return root;
  }

  /** Another tree is shown from now on, which is local as far as it differs. */
  public void moved(Folder newRoot) {
    root = newRoot;
    if (mode == PrefetchMode.OFF) {
      return;
    }
    told.add(() -> {
      policy = policy.movedTo(newRoot);
      carryOut(policy.start(System.nanoTime()));
    });
    wake();
  }

  /** Someone began to list {@code folder}, whose tree is local. */
  public void listed(Folder folder) {
    folder.list();
    tell(new Access.Listed(folder, System.nanoTime()));
  }

  /** Someone wants the attributes of entry {@code index} of {@code folder}, which are known. */
  public void glanced(Folder folder, int index) {
    if (folder.isProbed()) {
      trusted.set(TRUST);
      tell(new Access.Looked(folder, index, false, System.nanoTime()));
    }
  }

  /**
   * Whether a listing of {@code folder} shall not give the attributes of entry {@code index}, known
   * or not. Whoever then asks for them shows that he lists more than names, which the policy wants
   * to know where it has fetched attributes ahead. Who has shown it is taken at his word for some
   * directories.
   */
  public boolean holdsBack(Folder folder, int index) {
    if (!folder.isHeldBack(index)) {
      return false;
    }
    if (trusted.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
      return true;
    }
    tell(new Access.Looked(folder, index, false, System.nanoTime()));
    return false;
  }

  /**
   * Someone wants the size of entry {@code index} of {@code folder}, which is not known, and waits
   * for it from now on. Returns when what follows from that, and from the listing before, has been
   * asked of the store, so that the two do not ask for the same in two requests.
   */
  public void looked(Folder folder, int index) throws InterruptedException {
    if (mode == PrefetchMode.OFF) {
      return;
    }
    tellAndAwait(new Access.Looked(folder, index, true, System.nanoTime()));
  }

  private void tellAndAwait(Access access) throws InterruptedException {
    tell(access);
    var dealtWith = new CountDownLatch(1);
    told.add(dealtWith::countDown);
    wake();
    if (!dealtWith.await(COURTESY.toNanos(), TimeUnit.NANOSECONDS)) {
      log.debug("The policy is busy");
    }
  }

  /** Someone reads entry {@code index} of {@code folder}, which is local, from its beginning. */
  public void read(Folder folder, int index) {
    if (folder.isWatched()) {
      tell(new Access.Read(folder, index, false, System.nanoTime()));
    }
  }

  /**
   * Someone reads entry {@code index} of {@code folder}, which is not local, and waits for it from
   * now on. Returns when what follows from that has been asked of the store: it may be that file,
   * with others.
   */
  public void missed(Folder folder, int index) throws InterruptedException {
    if (mode != PrefetchMode.OFF) {
      tellAndAwait(new Access.Read(folder, index, true, System.nanoTime()));
    }
  }

  /** Someone reads a part of entry {@code index} of {@code folder}, or where it leads as a link. */
  public void touched(Folder folder, int index) {
    var current = recording;
    if (current != null) {
      current.add(folder, index);
    }
  }

  /** Someone goes where a symbolic link in {@code folder} leads. */
  public void followed(Folder folder) {
    if (mode == PrefetchMode.ADAPTIVE) {
      tell(new Access.Followed(folder, System.nanoTime()));
    }
  }

  /** Whether every read is wanted to be told. */
  public boolean isRecording() {
    return recording != null;
  }

  /** Begins to record which files are read; anew, if that was done before. */
  public void record() {
    recording = new ReadRecording();
  }

  /** Ends that; returns what was read since, nothing if it was not recorded. */
  public Profile recorded() {
    var ended = recording;
    recording = null;
    return ended == null ? new Profile(List.of()) : ended.profile(new StoreOutline(store));
  }

  /**
   * Someone waits for the network from now on; until {@link #waited} he is not taken to be gone.
   */
  public void waits() {
    readersWaiting.incrementAndGet();
  }

  public void waited() {
    readersWaiting.decrementAndGet();
  }

  /** What readers made of what was fetched ahead for them. */
  public ReaderStatistics statistics() {
    return statistics;
  }

  /** Cancels all that is under way. */
  @Override
  public void close() {
    closed = true;
    named.forEach(PathFetch::cancel);
    if (mode != PrefetchMode.OFF) {
      wake();
    }
  }

  private void begin() {
    try {
      var wishes = policy.start(System.nanoTime());
      carryOut(wishes);
      wishes.stream()
          .filter(Wish.Trees.class::isInstance)
          .findFirst()
          .ifPresent(trees -> skeleton.complete(Optional.of(running.get(trees.window()))));
    } finally {
      skeleton.complete(Optional.empty());
    }
  }

  private void tell(Access access) {
    if (mode == PrefetchMode.OFF || closed) {
      return;
    }
    if (toldCount.incrementAndGet() > MOST_TOLD) {
      toldCount.decrementAndGet();
      return;
    }
    told.add(() -> {
      toldCount.decrementAndGet();
      carryOut(policy.on(access));
    });
    if (asleep) {
      wake();
    }
  }

  /** Has what was told dealt with, by the thread at work or, where there is none, by a new one. */
  private void wake() {
    if (atWork.compareAndSet(false, true)) {
      THREADS.execute(this::run);
    } else {
      LockSupport.unpark(worker);
    }
  }

  private void run() {
    worker = Thread.currentThread();
    asleep = false;
    long ticked = System.nanoTime();
    while (!closed) {
      var next = told.poll();
      if (next == null) {
        statistics = policy.statistics();
        if (!rest()) {
          return;
        }
      } else {
        runSafely(next);
      }
      long now = System.nanoTime();
      if (now - ticked > TICK_NANOS) {
        ticked = now;
        if (!running.isEmpty()) {
          runSafely(() -> carryOut(policy.on(passed(now))));
        }
      }
    }
    running.values().forEach(Prefetch::cancel);
    // Those who wait for their turn.
    for (Runnable next; (next = told.poll()) != null; ) {
      runSafely(next);
    }
    running.values().forEach(Prefetch::cancel);
  }

  private Access.Passed passed(long now) {
    return new Access.Passed(heap.isShort(), readersWaiting.get() > 0, now);
  }

  private void runSafely(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      // Reading goes on without it.
      Background.failed("prefetching", e);
    }
  }

  /** Returns false if this thread has left, since there is nothing to do. */
  private boolean rest() {
    LockSupport.parkNanos(DOZE_NANOS);
    if (!told.isEmpty()) {
      return true;
    }
    asleep = true;
    if (told.isEmpty() && !closed) {
      if (running.isEmpty()) {
        return !left();
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
    asleep = false;
    return true;
  }

  private boolean left() {
    atWork.set(false);
    // What was told a moment ago found a thread at work.
    if ((told.isEmpty() && !closed) || !atWork.compareAndSet(false, true)) {
      return true;
    }
    asleep = false;
    return false;
  }

  private void carryOut(List<Wish> wishes) {
    for (var wish : wishes) {
      log.debug("{}", wish.summary());
      switch (wish) {
        case Wish.Sizes(int window, var files) -> fetch(window, new PrefetchRequest.Sizes(files));
        case Wish.Contents(int window, var files, long maxBytes, var urgency) ->
            fetch(window, new PrefetchRequest.Blobs(files, maxBytes, urgency));
        case Wish.Trees(int window, var tree, long maxBytes) ->
            fetch(window, new PrefetchRequest.Trees(tree, maxBytes));
        case Wish.Cancel(int window) -> {
          var prefetch = running.get(window);
          if (prefetch != null) {
            prefetch.cancel();
          }
        }
      }
    }
  }

  private void fetch(int window, PrefetchRequest request) {
    var prefetch = store.prefetch(request);
    running.put(window, prefetch);
    prefetch.whenDone(() -> {
      told.add(() -> ended(window));
      wake();
    });
  }

  private void ended(int window) {
    var prefetch = running.remove(window);
    if (prefetch == null || closed) {
      return;
    }
    var progress = prefetch.progress();
    log.debug("{}: {}", window, progress);
    boolean complete = progress.state() == Prefetch.State.COMPLETE;
    carryOut(policy.on(new Access.Ended(window, complete, System.nanoTime())));
  }
}
