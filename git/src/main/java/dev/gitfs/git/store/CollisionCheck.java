package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.util.sha1.SHA1;
import org.eclipse.jgit.util.sha1.Sha1CollisionException;

/**
 * Looks for forged SHA-1 collisions in the objects of one pack, as every git client does. That
 * takes four times as long as the hash itself, so it is done beside the reception of the pack, on a
 * thread for all packs together; where that is not enough, the receiving thread does its share. No
 * pack is kept before all its objects have passed.
 */
final class CollisionCheck {

  /** Objects that wait are held in memory. */
  private static final long MOST_WAITING = 8 << 20;

  /** What the receiving thread checks itself sooner than it could hand it over. */
  private static final int FEW_BYTES = 1 << 10;

  private static final ExecutorService CHECKER =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("collision-check").factory());

  private record Task(ObjectId id, int type, byte[] content) {}

  private final ConcurrentLinkedDeque<Task> waiting = new ConcurrentLinkedDeque<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicReference<ObjectId> collision = new AtomicReference<>();

  /** Reused: each has two kilobytes of state. For the receiving thread, and for the other. */
  private final SHA1 own = SHA1.newInstance();

  private final SHA1 others = SHA1.newInstance();

  private CountDownLatch idle = new CountDownLatch(0);

  /**
   * The id of an object, if it is one to be checked at once rather than handed over: the check is a
   * hash of its own. For the receiving thread.
   */
  Optional<ObjectId> checkedAtOnce(int type, byte[] content) throws CorruptPackException {
    if (content.length >= FEW_BYTES && waitingBytes.get() <= MOST_WAITING) {
      return Optional.empty();
    }
    try {
      return Optional.of(hash(own, type, content));
    } catch (Sha1CollisionException e) {
      throw new CorruptPackException(e.getMessage(), e);
    }
  }

  /** Checks an object soon. For the receiving thread. */
  void add(ObjectId id, int type, byte[] content) {
    var task = new Task(id, type, content);
    waitingBytes.addAndGet(content.length);
    waiting.add(task);
    if (runs.getAndIncrement() == 0) {
      idle = new CountDownLatch(1);
      CountDownLatch done = idle;
      CHECKER.execute(() -> drain(done));
    }
  }

  /** Returns when all objects have passed. For the receiving thread. */
  void finish() throws CorruptPackException {
    for (Task task; (task = waiting.pollLast()) != null; ) {
      check(task, own);
    }
    boolean interrupted = false;
    while (true) {
      try {
        idle.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    verdict();
  }

  /** Drops what has not been looked at yet. */
  void cancel() {
    waiting.clear();
  }

  private void drain(CountDownLatch done) {
    int seen;
    do {
      seen = runs.get();
      for (Task task; (task = waiting.poll()) != null; ) {
        waitingBytes.addAndGet(-task.content.length);
        check(task, others);
      }
    } while (!runs.compareAndSet(seen, 0));
    done.countDown();
  }

  private void check(Task task, SHA1 sha1) {
    try {
      if (hash(sha1, task.type, task.content).equals(task.id)) {
        return;
      }
    } catch (Sha1CollisionException e) {
      collision.compareAndSet(null, task.id);
      return;
    }
    collision.compareAndSet(null, task.id);
  }

  private static ObjectId hash(SHA1 sha1, int type, byte[] content) throws Sha1CollisionException {
    sha1.reset();
    sha1.update(Sha1.header(type, content.length));
    sha1.update(content);
    return sha1.toObjectId();
  }

  private void verdict() throws CorruptPackException {
    ObjectId found = collision.get();
    if (found != null) {
      throw new CorruptPackException(
          found.name() + " is an attempt at a collision of SHA-1 hashes", null);
    }
  }
}
