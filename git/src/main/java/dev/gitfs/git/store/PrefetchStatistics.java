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
    long wastedBytes) {

  /** Of what has done nothing. */
  public static final PrefetchStatistics NONE = new PrefetchStatistics(0, 0, 0, 0, 0, 0, 0, 0);

  /** Of both together. */
  public PrefetchStatistics plus(PrefetchStatistics other) {
    return new PrefetchStatistics(
        running + other.running,
        planned + other.planned,
        objects + other.objects,
        bytes + other.bytes,
        usedObjects + other.usedObjects,
        usedBytes + other.usedBytes,
        wastedObjects + other.wastedObjects,
        wastedBytes + other.wastedBytes);
  }
}
