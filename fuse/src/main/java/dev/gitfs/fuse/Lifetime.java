package dev.gitfs.fuse;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long a connection is in use: from its making until the last thread that entered has left,
 * when what comes at the end is run once, by that thread.
 */
final class Lifetime {
  private final AtomicInteger users;
  private final CountDownLatch over = new CountDownLatch(1);
  private final Runnable atEnd;

  /** Begins with so many users, who have not to enter. */
  Lifetime(int users, Runnable atEnd) {
    this.users = new AtomicInteger(users);
    this.atEnd = atEnd;
  }

  /** Whether there is still something to use; if so, it stays until {@link #leave}. */
  boolean enter() {
    int now;
    do {
      now = users.get();
      if (now == 0) {
        return false;
      }
    } while (!users.compareAndSet(now, now + 1));
    return true;
  }

  void leave() {
    if (users.decrementAndGet() == 0) {
      try {
        atEnd.run();
      } finally {
        over.countDown();
      }
    }
  }

  boolean isOver() {
    return over.getCount() == 0;
  }

  void await() throws InterruptedException {
    over.await();
  }

  boolean await(long millis) throws InterruptedException {
    return over.await(millis, TimeUnit.MILLISECONDS);
  }
}
