package dev.gitfs.git.store;

import dev.gitfs.git.background.Background;
import dev.gitfs.git.store.PrefetchRequest.Urgency;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs prefetches, a few at a time and each on a connection of its own, so that none of them is
 * ever in front of what somebody waits for.
 */
final class Errands implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Errands.class);

  /** One arrives while the server puts the next one together. */
  private static final int SLOTS = 2;

  /** Objects in an answer that is on its way as soon as any other would be: a directory. */
  private static final int SHORT = 64;

  /**
   * How long that is waited for: a busy server takes a few tenths of a second for any answer, and
   * to ask it for the same again does not help it; a connection that is stuck is told by then.
   */
  private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Carries a prefetch out on the calling thread; heeds interrupts. */
  @FunctionalInterface
  interface Work {

    /** Returns whether all has come. */
    boolean run(Errand errand) throws IOException, InterruptedException;
  }

  private final Work work;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final ArrayDeque<Errand> planned = new ArrayDeque<>();
  private final Set<Errand> running = new HashSet<>();
  private boolean closed;

  Errands(Work work) {
    this.work = work;
  }

  Prefetch start(PrefetchRequest request) {
    var errand = new Errand(request);
    lock.lock();
    try {
      if (closed) {
        errand.end(Prefetch.State.CANCELLED, Optional.empty());
      } else if (errand.isPatient()) {
        planned.add(errand);
        next();
      } else {
        begin(errand);
      }
    } finally {
      lock.unlock();
    }
    return errand;
  }

  /** Tells that an object has come, by whatever way. */
  void arrived(ObjectId id) {
    lock.lock();
    try {
      for (Errand errand : running) {
        errand.expected.arrived(id);
        CountDownLatch waiting = errand.awaited.remove(id);
        if (waiting != null) {
          waiting.countDown();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a running prefetch is about to bring {@code id}. */
  boolean isExpected(ObjectId id) {
    lock.lock();
    try {
      return running.stream().anyMatch(errand -> errand.expected.contains(id));
    } finally {
      lock.unlock();
    }
  }

  /** Whether running prefetches bring {@code id}, but none so soon that it would be waited for. */
  boolean isFar(ObjectId id, long nanos) {
    lock.lock();
    try {
      var bringing = running.stream().filter(errand -> errand.expected.contains(id)).toList();
      return !bringing.isEmpty()
          && bringing.stream().noneMatch(errand -> errand.expects(id, nanos));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for objects that running prefetches are about to bring; not for those of which there is
   * no such prefetch, or that will take longer, and for each no longer than {@code nanos} and what
   * the server needs to begin; but for a second if the answer is short, and for as long as it takes
   * if it is brought for those who wait. After one that did not come in time it waits for no
   * others.
   */
  void await(Collection<ObjectId> ids, long nanos) throws InterruptedException {
    for (ObjectId id : ids) {
      if (!await(id, nanos, errand -> errand.expects(id, nanos))) {
        return;
      }
    }
  }

  /** The same for the size of one, unless that is asked for beside its content. */
  void awaitSize(ObjectId id, long nanos) throws InterruptedException {
    await(id, nanos, errand -> !errand.isBesideSize() && errand.expects(id, nanos));
  }

  /**
   * Waits for a tree while a prefetch of trees, which may have it, comes in; no longer than {@code
   * nanos}. Whoever goes down a path in a mount's first tenths of a second would ask for one
   * directory after the other of what is there before the answer is. Of trees that take longer the
   * first one who waited tells, and nobody waits for them again.
   *
   * @param come whether the tree has come meanwhile
   */
  void awaitTree(ObjectId id, long nanos, BooleanSupplier come) throws InterruptedException {
    await(id, nanos, errand -> errand.bringsTrees && !come.getAsBoolean());
  }

  /** Returns whether there is reason to wait for others. */
  private boolean await(ObjectId id, long nanos, Predicate<Errand> brings)
      throws InterruptedException {
    CountDownLatch arrival = null;
    long most = nanos;
    lock.lock();
    try {
      for (Errand errand : running) {
        if (brings.test(errand)) {
          arrival = errand.awaited.computeIfAbsent(id, each -> new CountDownLatch(1));
          most = errand.patience(id, nanos);
          break;
        }
      }
    } finally {
      lock.unlock();
    }
    if (arrival == null) {
      return true;
    }
    boolean came = arrival.await(most, TimeUnit.NANOSECONDS);
    if (!came) {
      LOG.trace("{} takes long to come", id.name());
      waitedInVain(id);
    }
    return came;
  }

  private void waitedInVain(ObjectId id) {
    lock.lock();
    try {
      running.forEach(errand -> errand.waitedInVain(id));
    } finally {
      lock.unlock();
    }
  }

  int runningCount() {
    lock.lock();
    try {
      return running.size();
    } finally {
      lock.unlock();
    }
  }

  int plannedCount() {
    lock.lock();
    try {
      return planned.size();
    } finally {
      lock.unlock();
    }
  }

  /** Cancels all of them. */
  @Override
  public void close() {
    List<Errand> all;
    lock.lock();
    try {
      closed = true;
      all = new ArrayList<>(planned);
      all.addAll(running);
    } finally {
      lock.unlock();
    }
    all.forEach(Errand::cancel);
  }

  private void next() {
    while (!planned.isEmpty() && running.stream().filter(Errand::isPatient).count() < SLOTS) {
      begin(planned.remove());
    }
  }

  private void begin(Errand errand) {
    running.add(errand);
    errand.start();
  }

  private void run(Errand errand) {
    Prefetch.State state = Prefetch.State.FAILED;
    Optional<IOException> failure = Optional.empty();
    try {
      state = work.run(errand) ? Prefetch.State.COMPLETE : Prefetch.State.CUT;
    } catch (IOException e) {
      LOG.debug("A prefetch failed", e);
      failure = Optional.of(e);
    } catch (InterruptedException e) {
      state = Prefetch.State.CANCELLED;
    } finally {
      lock.lock();
      try {
        running.remove(errand);
        errand.expectNothing();
        next();
      } finally {
        lock.unlock();
      }
      errand.end(errand.cancelled ? Prefetch.State.CANCELLED : state, failure);
    }
  }

  /** One prefetch, on a thread of its own when its turn has come. */
  final class Errand implements Prefetch, Reception {

    final PrefetchRequest request;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread thread = Background.unstarted("prefetch", () -> run(this));

    /** What the request under way is still to bring. Guarded by lock. */
    private ExpectedAnswer expected = new ExpectedAnswer(List.of(), 0);

    /** What it was told to bring, until it has found out what of that is missing; the same lock. */
    private Set<ObjectId> named = Set.of();

    /** Whether trees come that were not named, so that any may be among them; the same lock. */
    private boolean bringsTrees;

    /** Who waits for some of it; the same lock. */
    private final Map<ObjectId, CountDownLatch> awaited = new HashMap<>();

    private volatile State state = State.PLANNED;
    private volatile boolean cancelled;

    // Written by the thread that runs it alone.
    private volatile long objects;
    private volatile long bytes;
    private volatile long bytesBefore;
    private volatile long wanted;
    private volatile Optional<IOException> failure = Optional.empty();

    /** Guarded by itself. */
    private final List<Runnable> listeners = new ArrayList<>();

    private Errand(PrefetchRequest request) {
      this.request = request;
    }

    /** Whether it was made for somebody who waits for {@code id}: another request is no quicker. */
    private boolean isFor(ObjectId id) {
      return request instanceof PrefetchRequest.Blobs(var ids, _, var urgency)
          && !urgency.isPatient()
          && ids.getFirst().equals(id);
    }

    /** Whether the size that somebody waits for is asked for beside it. */
    private boolean isBesideSize() {
      return request instanceof PrefetchRequest.Blobs(_, _, var urgency)
          && urgency == Urgency.BESIDE_SIZE;
    }

    /** Whether it may wait for a slot, and then take one. */
    private boolean isPatient() {
      return !(request instanceof PrefetchRequest.Blobs blobs) || blobs.urgency().isPatient();
    }

    void wants(long count) {
      wanted = count;
    }

    /** The next answer will bring {@code ids}. */
    void expect(Collection<ObjectId> ids) {
      lock.lock();
      try {
        named = Set.of();
        expected = new ExpectedAnswer(ids, System.nanoTime());
        release(id -> !expected.contains(id));
        bytesBefore = bytes;
      } finally {
        lock.unlock();
      }
    }

    /** So many sizes have come. */
    void learned(long sizes) {
      objects += sizes;
    }

    @Override
    public boolean isEnough(long received) {
      bytes = bytesBefore + received;
      return cancelled || bytes >= request.maxBytes();
    }

    @Override
    public void announced(long size, boolean isDelta) {
      if (objects == 0 && request instanceof PrefetchRequest.Trees) {
        lock.lock();
        try {
          bringsTrees = true;
        } finally {
          lock.unlock();
        }
      }
    }

    @Override
    public void arrived(PackEntry entry) {
      objects++;
    }

    @Override
    public boolean isAhead() {
      return true;
    }

    /** Whether {@code id} may come as long as it is waited for. With the lock held. */
    private boolean expects(ObjectId id, long nanos) {
      return expected.contains(id)
          ? expected.isNear(id, patience(nanos), System.nanoTime())
          : named.contains(id);
    }

    /** With the lock held. */
    private void waitedInVain(ObjectId id) {
      expected.waitedInVain(id);
      bringsTrees &= !awaited.containsKey(id);
    }

    /** How long who would wait {@code nanos} for a round trip waits for one. With the lock held. */
    private long patience(ObjectId id, long nanos) {
      if (bringsTrees) {
        return nanos;
      }
      return isFor(id) ? Long.MAX_VALUE : patience(nanos);
    }

    /** How long he waits for any. With the lock held. */
    private long patience(long nanos) {
      long usual = nanos + expected.preparationNanos();
      return isShort() ? Math.max(usual, SHORT_NANOS) : usual;
    }

    /** With the lock held. */
    private boolean isShort() {
      return named.size() <= SHORT && expected.count() <= SHORT;
    }

    /** With the lock held. */
    private void expectNothing() {
      named = Set.of();
      expected = new ExpectedAnswer(List.of(), 0);
      release(_ -> true);
    }

    /** Those who wait for such objects wait no longer. With the lock held. */
    private void release(Predicate<ObjectId> which) {
      awaited
          .entrySet()
          .removeIf(waiting -> {
            if (!which.test(waiting.getKey())) {
              return false;
            }
            waiting.getValue().countDown();
            return true;
          });
    }

    @Override
    public void cancel() {
      cancelled = true;
      lock.lock();
      try {
        if (!planned.remove(this)) {
          thread.interrupt();
          return;
        }
      } finally {
        lock.unlock();
      }
      end(State.CANCELLED, Optional.empty());
    }

    @Override
    public boolean await(Duration patience) throws InterruptedException {
      return done.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Progress progress() {
      return new Progress(state, objects, bytes, wanted, failure);
    }

    @Override
    public void whenDone(Runnable then) {
      synchronized (listeners) {
        if (!state.isFinal()) {
          listeners.add(then);
          return;
        }
      }
      then.run();
    }

    /** With the lock held. */
    private void start() {
      if (request instanceof PrefetchRequest.Blobs(var ids, _, _)) {
        named = new HashSet<>(ids);
      }
      state = State.RUNNING;
      thread.start();
    }

    private void end(State last, Optional<IOException> why) {
      failure = why;
      List<Runnable> told;
      synchronized (listeners) {
        state = last;
        told = List.copyOf(listeners);
      }
      done.countDown();
      for (Runnable listener : told) {
        try {
          listener.run();
        } catch (RuntimeException | Error e) {
          Background.failed("what follows a prefetch", e);
        }
      }
    }
  }
}
