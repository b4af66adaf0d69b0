package dev.gitfs.mount.prefetch;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;

/** How full the heap is. Belongs to the prefetcher's thread. */
final class Heap {

  /**
   * Left free by what lives, a collector works without haste; less, and it soon does little else.
   * Bases of large deltas alone may take half of a default heap's older half for a second or two:
   * 0.85 was passed then in searches through Linux, whose windows were as small as they get.
   */
  private static final double FULL = 0.95;

  /** Looked up on first use: most mounts live for less than it takes to matter. */
  private List<MemoryPoolMXBean> pools;

  private List<GarbageCollectorMXBean> collectors;

  /** How often all of the heap had been collected when this was asked last. */
  private long collections;

  /**
   * Whether a collection since this was asked last left a pool nearly full. What an earlier one
   * left says nothing: where memory is not short it may be long before the next.
   */
  boolean isShort() {
    if (pools == null) {
      find();
    }
    long before = collections;
    collections = collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum();
    return collections > before
        && pools.stream()
            .map(MemoryPoolMXBean::getCollectionUsage)
            .anyMatch(usage -> usage.getMax() > 0 && usage.getUsed() > FULL * usage.getMax());
  }

  private void find() {
    pools =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .filter(pool -> pool.getCollectionUsage() != null)
            // The survivors' pool is full as often as not.
            .filter(MemoryPoolMXBean::isUsageThresholdSupported)
            .toList();
    var names = pools.stream().map(MemoryPoolMXBean::getName).toList();
    collectors =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .filter(collector -> List.of(collector.getMemoryPoolNames()).containsAll(names))
            .toList();
  }
}
