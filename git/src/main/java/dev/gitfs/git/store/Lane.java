package dev.gitfs.git.store;

import dev.gitfs.git.background.Background;
import dev.gitfs.git.remote.RemoteException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what many threads want, each for itself, into few requests: one lane of the fetcher, for
 * objects that can be wanted in one request.
 *
 * <p>The policy. An object is wanted once, however many threads wait for it. A want that finds the
 * lane idle leaves at once: a single reader never waits for company. A want that finds a request
 * under way has proof that it is not alone, so the batch it starts stays open for as long as it
 * grows: it leaves when nobody has come for a tenth of a round trip, and after half a round trip in
 * any case. So 200 threads that miss a directory's files at the same moment make two requests, or
 * three, the first of which carries the few that were there when it left. Up to {@link #SLOTS}
 * requests are under way at a time, so a long one delays no other; when all are, what is wanted
 * piles up and leaves together with the next free slot.
 *
 * <p>Whoever waits is woken when his object has come, not when the whole answer has. A thread that
 * is interrupted leaves; its object stays wanted while somebody else waits for it. A request of
 * which nobody wants anything any more is interrupted. A failure is told to those who wait at that
 * moment and to nobody later. When the server refuses one object of a batch, or cannot read it, the
 * others are asked for again without it.
 */
final class Lane implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /**
   * Asks for objects and makes them local; blocks, and heeds interrupts. Those that have come are
   * told to {@link Lane#arrived}; when this returns, all have.
   */
  @FunctionalInterface
  interface Request {
    void send(List<ObjectId> ids) throws IOException, InterruptedException;
  }

  /**
   * Requests under way at a time. Servers limit connections per client and a link is filled by two
   * or three; the fourth is for the short one behind long ones.
   */
  private static final int SLOTS = 4;

  /**
   * Objects in one request. At 50 bytes a want, 16,384 make a request of 800 kB, and a failure
   * loses no more than that.
   */
  private static final int MOST_WANTS = 16_384;

  /** Of a round trip, how long a batch waits for another want before it leaves. */
  private static final int QUIET_SHARE = 10;

  /** Of a round trip, how long a batch that keeps growing waits at most. */
  private static final int LINGER_SHARE = 2;

  /**
   * Taken for a round trip until one was measured, and never exceeded: a mount must feel prompt.
   */
  private static final long USUAL_ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(50);

  /** What a timer can resolve, ten times over and more. */
  private static final long SHORTEST_ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(4);

  private final String name;
  private final Request request;
  private final ReentrantLock lock = new ReentrantLock();

  // All below is guarded by lock.
  private final Map<ObjectId, Want> wants = new HashMap<>();
  private final Map<ObjectId, Want> pending = new LinkedHashMap<>();
  private final LinkedHashSet<Flight> flights = new LinkedHashSet<>();
  private boolean gathering;

  /** The shortest request of late, in nanoseconds. */
  private long roundTrip = USUAL_ROUND_TRIP;

  private boolean closed;

  Lane(String name, Request request) {
    this.name = name;
    this.request = request;
  }

  /** Makes {@code id} local, or says why it cannot be. */
  void fetch(ObjectId id) throws IOException, InterruptedException {
    for (IOException failure : fetchAll(List.of(id)).values()) {
      throw failure;
    }
  }

  /** Makes {@code ids} local; returns why for each that could not be. */
  Map<ObjectId, IOException> fetchAll(Collection<ObjectId> ids)
      throws IOException, InterruptedException {
    List<Want> mine = join(ids);
    try {
      for (Want want : mine) {
        want.done.await();
      }
    } catch (InterruptedException e) {
      leave(mine);
      throw e;
    }
    var failures = new HashMap<ObjectId, IOException>();
    for (Want want : mine) {
      if (want.failure != null) {
        failures.put(want.id, ownCopy(want.failure));
      }
    }
    return failures;
  }

  /** Tells that {@code id} has become local, by whatever way: nobody needs to wait for it. */
  void arrived(ObjectId id) {
    lock.lock();
    try {
      Want want = wants.get(id);
      if (want != null) {
        pending.remove(id);
        settle(want, null);
        gather();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@code id} is asked for, or about to be. */
  boolean isWanted(ObjectId id) {
    lock.lock();
    try {
      return wants.containsKey(id);
    } finally {
      lock.unlock();
    }
  }

  /** What a request takes at least, in nanoseconds. */
  long roundTrip() {
    lock.lock();
    try {
      return roundTrip;
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts all requests; those who wait get an exception. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      flights.forEach(flight -> flight.thread.interrupt());
      for (Want want : List.copyOf(pending.values())) {
        settle(want, new IOException("the object store was closed"));
      }
      pending.clear();
    } finally {
      lock.unlock();
    }
  }

  private List<Want> join(Collection<ObjectId> ids) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the object store is closed");
      }
      var mine = new ArrayList<Want>(ids.size());
      for (ObjectId id : new LinkedHashSet<>(ids)) {
        Want want = wants.get(id);
        if (want == null) {
          want = new Want(id);
          wants.put(id, want);
          pending.put(id, want);
        }
        want.waiters++;
        if (want.waiters == 1 && want.flight != null) {
          want.flight.wanted++;
        }
        mine.add(want);
      }
      gather();
      return mine;
    } finally {
      lock.unlock();
    }
  }

  private void leave(List<Want> mine) {
    lock.lock();
    try {
      for (Want want : mine) {
        want.waiters--;
        if (want.waiters == 0 && want.done.getCount() > 0) {
          abandon(want);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void abandon(Want want) {
    Flight flight = want.flight;
    if (flight == null) {
      pending.remove(want.id);
      wants.remove(want.id);
    } else if (--flight.wanted == 0) {
      // Whoever comes to want these now must not board a request that is about to be cancelled.
      flight.batch.forEach(each -> wants.remove(each.id, each));
      flight.thread.interrupt();
    }
  }

  /** Starts the next request if there is something to ask for and a slot to do it in. */
  private void gather() {
    if (!pending.isEmpty() && !gathering && flights.size() < SLOTS) {
      gathering = true;
      var flight = new Flight(flights.isEmpty());
      flights.add(flight);
      flight.thread.start();
    }
  }

  private void linger() {
    long start = System.nanoTime();
    int before = -1;
    while (true) {
      long quiet;
      lock.lock();
      try {
        boolean grows = pending.size() > before;
        if (!grows || System.nanoTime() - start > roundTrip / LINGER_SHARE) {
          return;
        }
        before = pending.size();
        quiet = roundTrip / QUIET_SHARE;
      } finally {
        lock.unlock();
      }
      LockSupport.parkNanos(quiet);
    }
  }

  /** Follows a faster link at once and a slower one a tenth at a time: most requests are longer. */
  private void measure(long nanos) {
    lock.lock();
    try {
      long slower = Math.min(roundTrip + roundTrip / 10, USUAL_ROUND_TRIP);
      roundTrip = Math.clamp(nanos, SHORTEST_ROUND_TRIP, slower);
    } finally {
      lock.unlock();
    }
  }

  private void board(Flight flight) {
    lock.lock();
    try {
      var boarding = pending.values().iterator();
      while (boarding.hasNext() && flight.batch.size() < MOST_WANTS) {
        Want want = boarding.next();
        boarding.remove();
        want.flight = flight;
        flight.batch.add(want);
      }
      flight.wanted = flight.batch.size();
      flight.unsettled = flight.batch.size();
      flight.boarded = true;
      gathering = false;
      gather();
    } finally {
      lock.unlock();
    }
  }

  private void land(Flight flight) {
    lock.lock();
    try {
      for (Want want : flight.batch) {
        settle(want, new InterruptedIOException("the request was cancelled"));
      }
      flights.remove(flight);
      if (!flight.boarded) {
        // It failed before it took anybody: the next one does.
        gathering = false;
      }
      gather();
    } finally {
      lock.unlock();
    }
  }

  private void settle(List<Want> settled, IOException failure) {
    lock.lock();
    try {
      settled.forEach(want -> settle(want, failure));
      gather();
    } finally {
      lock.unlock();
    }
  }

  /** The last one of a flight frees its slot, before its waiter can come back and find it taken. */
  private void settle(Want want, IOException failure) {
    if (want.done.getCount() == 0) {
      return;
    }
    want.failure = failure;
    wants.remove(want.id, want);
    Flight flight = want.flight;
    if (flight != null) {
      if (want.waiters > 0) {
        flight.wanted--;
      }
      if (--flight.unsettled == 0) {
        flights.remove(flight);
      }
    }
    want.done.countDown();
  }

  private void fly(Flight flight) {
    try {
      if (!flight.fromIdle) {
        linger();
      }
      board(flight);
      send(flight.batch, new AtomicInteger(Refusals.MOST_FAILURES));
    } catch (InterruptedException e) {
      // Nobody wants any of it any more, or the store is closing: land tells who is left.
    } finally {
      land(flight);
    }
  }

  /**
   * @param patience how many more failures there may be, each by its weight
   */
  private void send(List<Want> all, AtomicInteger patience) throws InterruptedException {
    List<Want> batch = all.stream().filter(want -> want.done.getCount() > 0).toList();
    if (batch.isEmpty()) {
      return;
    }
    try {
      LOG.debug("Asking for {} {}", batch.size(), name);
      long start = System.nanoTime();
      request.send(batch.stream().map(want -> want.id).toList());
      measure(System.nanoTime() - start);
      settle(batch, null);
    } catch (RemoteException e) {
      if (batch.size() > 1
          && Refusals.isOfObjects(e)
          && patience.addAndGet(-Refusals.weight(e)) >= 0) {
        sendInParts(batch, e, patience);
      } else {
        settle(batch, e);
      }
    } catch (IOException e) {
      settle(batch, e);
    } catch (RuntimeException | Error e) {
      settle(batch, new IOException("a request for " + batch.size() + " objects failed", e));
      throw e;
    }
  }

  /** Servers usually name the object they do not have; else it is found by halving. */
  private void sendInParts(List<Want> batch, RemoteException refusal, AtomicInteger patience)
      throws InterruptedException {
    List<Want> named =
        batch.stream().filter(want -> refusal.getMessage().contains(want.id.name())).toList();
    if (!named.isEmpty()) {
      settle(named, refusal);
      send(batch.stream().filter(want -> !named.contains(want)).toList(), patience);
    } else {
      int half = batch.size() / 2;
      send(batch.subList(0, half), patience);
      send(batch.subList(half, batch.size()), patience);
    }
  }

  /** The failure as each waiter throws it: with its own stack, and the request's as the cause. */
  private static IOException ownCopy(IOException failure) {
    return failure instanceof RemoteException remote
        ? new RemoteException(remote.kind(), remote.getMessage(), remote)
        : new IOException(failure.getMessage(), failure);
  }

  /** An object that somebody wants. Guarded by the lane's lock, but for the latch. */
  private static final class Want {

    final ObjectId id;
    final CountDownLatch done = new CountDownLatch(1);
    int waiters;

    /** The request that asks for it, null while pending. */
    Flight flight;

    /** Written before the latch opens, read after. */
    IOException failure;

    Want(ObjectId id) {
      this.id = id;
    }
  }

  /** One request, or the parts it had to be split into, on a thread of its own. */
  private final class Flight {

    final Thread thread;
    final boolean fromIdle;
    final List<Want> batch = new ArrayList<>();

    /** Whether the batch is complete. Guarded by the lane's lock. */
    boolean boarded;

    /** How many of the batch somebody waits for. Guarded by the lane's lock. */
    int wanted;

    /** How many of the batch have no answer yet. Guarded by the lane's lock. */
    int unsettled;

    Flight(boolean fromIdle) {
      this.fromIdle = fromIdle;
      this.thread = Background.unstarted("fetch-" + name, () -> fly(this));
    }
  }
}
