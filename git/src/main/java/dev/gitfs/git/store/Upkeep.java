package dev.gitfs.git.store;

import dev.gitfs.git.background.Background;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store does when nobody waits for it: merges packs, keeps the disk bound, tells other
 * processes what is in use. It starts when enough has come in, and then waits for a quiet moment,
 * unless that does not come. Of all processes on a cache directory one at a time does it; the
 * others have another try later.
 */
final class Upkeep implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  /** How often at least: twice within {@link DiskBound#IN_USE}. */
  private static final Duration INTERVAL = Duration.ofMinutes(2);

  /** What has come is seen to while its readers are about: later there is nothing to do. */
  private static final Duration SOON = Duration.ofSeconds(10);

  /** So much is let in before the bound is looked at again, a part of the bound. */
  private static final int BOUND_SHARE = 64;

  /**
   * No pack and no reader for so long is a quiet moment: longer than a slow server takes to put a
   * window together, for which a reader waits in the midst of his work.
   */
  private static final Duration QUIET = Duration.ofSeconds(2);

  /**
   * What waits for a quiet moment waits no longer. A {@code grep -r} through Linux takes 20 s, and
   * merging its packs meanwhile took 2 s of those.
   */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /**
   * With so many new packs look-ups get slow, some 10 µs for what is in none of them, and there is
   * no waiting for a quiet moment.
   */
  private static final int URGENT_PACKS = 10 * Consolidation.MOST_PACKS;

  private final LocalObjects local;
  private final Consolidation consolidation;
  private final DiskBound bound;
  private final Path lockFile;
  private final long worthwhileBytes;
  private final LongSupplier activity;
  private final Runnable trim;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrival = lock.newCondition();

  // Guarded by lock.
  private int packs;
  private long bytes;
  private boolean closed;

  /** Whether there may be something to do: what others left, what has come, what waits its turn. */
  private boolean untidy = true;

  /** Whether what crashes left was looked for. Guarded by this. */
  private boolean cleared;

  /**
   * @param activity changes while somebody reads or something comes
   * @param trim gives back memory that nobody needs
   */
  Upkeep(
      LocalObjects local,
      Consolidation consolidation,
      DiskBound bound,
      StoreOptions options,
      LongSupplier activity,
      Runnable trim) {
    this.local = local;
    this.activity = activity;
    this.trim = trim;
    this.consolidation = consolidation;
    this.bound = bound;
    this.lockFile = options.cacheDirectory().resolve("upkeep.lock");
    this.worthwhileBytes = options.diskBytes() / BOUND_SHARE;
    this.thread = Background.start("store-upkeep", this::run);
  }

  /** Tells of a pack that has come. */
  void packArrived(long size) {
    bound.packArrived(size);
    lock.lock();
    try {
      packs++;
      bytes += size;
      arrival.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does now what there is to do, unless another process is at it; waits if this one's own thread
   * is. Returns whether nothing is left to be done later.
   */
  synchronized boolean tidy() throws IOException {
    boolean done = false;
    local.touchHeld();
    Optional<InterProcessLock> exclusive = InterProcessLock.attempt(lockFile);
    if (exclusive.isPresent()) {
      try (var _ = exclusive.get()) {
        boolean many = local.packCount() > Consolidation.MOST_PACKS;
        if (many || !cleared) {
          local.shelf().clearRemains();
          local.shelf().damaged().clear();
          cleared = true;
        }
        if (many) {
          consolidation.run();
        }
        done = bound.enforce();
      }
    }
    local.lookAgain();
    return done;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    // A merge under way is given up: it has changed nothing until it is complete.
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    for (Duration longest = SOON; awaitWork(longest); longest = INTERVAL) {
      try {
        trim.run();
        if (isUntidy()) {
          settle(tidy());
        } else {
          // A store that nobody uses looks at its own files alone: there may be hundreds of them.
          local.touchHeld();
          local.lookAgain();
        }
      } catch (ClosedByInterruptException e) {
        LOG.debug("Upkeep was given up", e);
      } catch (IOException e) {
        LOG.warn("The cache could not be tidied up; it works on as it is: {}", e.toString());
        LOG.debug("Upkeep failed", e);
      } catch (RuntimeException | Error e) {
        Background.failed("tidying up the cache", e);
      }
    }
  }

  /** Whether there is work, or false when this is closed. */
  private boolean awaitWork(Duration longest) {
    lock.lock();
    try {
      long left = longest.toNanos();
      while (!closed && left > 0 && !isWorthwhile()) {
        left = arrival.awaitNanos(packs > 0 ? Math.min(left, SOON.toNanos()) : left);
      }
      untidy |= packs > 0;
      if (untidy) {
        awaitQuiet();
      }
      packs = 0;
      bytes = 0;
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void awaitQuiet() throws InterruptedException {
    long start = System.nanoTime();
    long before = -1;
    for (long now = activity.getAsLong();
        !closed
            && now != before
            && packs < URGENT_PACKS
            && System.nanoTime() - start < LONGEST_WAIT.toNanos();
        now = activity.getAsLong()) {
      before = now;
      long quiet = QUIET.toNanos();
      while (!closed && quiet > 0) {
        quiet = arrival.awaitNanos(quiet);
      }
    }
  }

  private boolean isUntidy() {
    lock.lock();
    try {
      return untidy;
    } finally {
      lock.unlock();
    }
  }

  private void settle(boolean done) {
    lock.lock();
    try {
      untidy = !done;
    } finally {
      lock.unlock();
    }
  }

  private boolean isWorthwhile() {
    return packs > Consolidation.MOST_PACKS || bytes > worthwhileBytes;
  }
}
