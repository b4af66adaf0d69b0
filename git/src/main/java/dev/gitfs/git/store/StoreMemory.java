package dev.gitfs.git.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What stores hold in memory: one store, or all stores of a process together within one bound. An
 * object is the same in whichever repository it is, so they share what they hold, and those in use
 * have what the idle ones do not need. Safe for use by many threads.
 */
public final class StoreMemory {

  /** Trees are small, listed again and again, and lead to everything else. */
  private static final int TREE_SHARE = 4;

  /**
   * What is to be read soon: twice what was read, which the kernel mostly holds as well. With a
   * quarter, 20,000 of the 78,635 files that a grep of Linux reads were inflated a second time.
   */
  private static final int AHEAD_SHARE = 2;

  /** An id, a cache's entry and an array header. */
  private static final int ENTRY_BYTES = 136;

  private final long bytes;
  private final long aheadBytes;
  private final AtomicLong aheadHeld = new AtomicLong();
  private final Cache<ObjectId, ParsedTree> trees;
  private final Cache<ObjectId, byte[]> blobs;

  /**
   * @param bytes bound on trees and blobs together
   */
  public StoreMemory(long bytes) {
    this.bytes = bytes;
    long treeBytes = bytes / TREE_SHARE;
    aheadBytes = bytes / AHEAD_SHARE;
    trees = cache(treeBytes, ParsedTree::weight);
    blobs = cache(bytes - treeBytes - aheadBytes, content -> content.length);
  }

  /** The bound. */
  public long bytes() {
    return bytes;
  }

  Cache<ObjectId, ParsedTree> trees() {
    return trees;
  }

  Cache<ObjectId, byte[]> blobs() {
    return blobs;
  }

  /** Takes room for what was not asked for yet; false if there is not enough. */
  boolean reserveAhead(long size) {
    long held = aheadHeld.addAndGet(size);
    if (held > aheadBytes) {
      aheadHeld.addAndGet(-size);
      return false;
    }
    return true;
  }

  void releaseAhead(long size) {
    aheadHeld.addAndGet(-size);
  }

  /** Drops what is held of a store that is closed. */
  void forget(Predicate<ObjectId> isItsOwn) {
    trees.asMap().keySet().removeIf(isItsOwn);
    blobs.asMap().keySet().removeIf(isItsOwn);
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
