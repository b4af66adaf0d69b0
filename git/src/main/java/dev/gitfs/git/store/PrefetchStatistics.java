package dev.gitfs.git.store;

/**
 * What fetching ahead of need has brought, and what of it was needed. Bytes are contents as read,
 * not as received.
 *
 * @param running prefetches under way
 * @param planned prefetches that wait for their turn
 * @param objects that came ahead of need
 * @param usedObjects of them, those read since
 * @param wastedObjects of them, those that nobody has read within a minute
 */
public record PrefetchStatistics(
    long running,
    long planned,
    long objects,
    long bytes,
    long usedObjects,
    long usedBytes,
    long wastedObjects,
    long wastedBytes) {}
