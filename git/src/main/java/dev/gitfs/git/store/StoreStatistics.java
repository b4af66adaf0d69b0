package dev.gitfs.git.store;

import java.time.Duration;

/**
 * What a store has done since it was opened.
 *
 * @param memoryHits reads answered from memory
 * @param diskHits reads answered from disk
 * @param misses reads that needed the network
 * @param objectsFetched objects received
 * @param waits how often a caller waited for the network
 * @param waited for how long, added up
 * @param prefetch what came ahead of need
 * @param requests what was asked of the server
 */
public record StoreStatistics(
    long memoryHits,
    long diskHits,
    long misses,
    long objectsFetched,
    long waits,
    Duration waited,
    PrefetchStatistics prefetch,
    RequestCounts requests) {

  /** Of what has done nothing. */
  public static final StoreStatistics NONE =
      new StoreStatistics(
          0, 0, 0, 0, 0, Duration.ZERO, PrefetchStatistics.NONE, RequestCounts.NONE);

  /** Of both together. */
  public StoreStatistics plus(StoreStatistics other) {
    return new StoreStatistics(
        memoryHits + other.memoryHits,
        diskHits + other.diskHits,
        misses + other.misses,
        objectsFetched + other.objectsFetched,
        waits + other.waits,
        waited.plus(other.waited),
        prefetch.plus(other.prefetch),
        requests.plus(other.requests));
  }
}
