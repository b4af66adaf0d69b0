package dev.gitfs.git.store;

import org.eclipse.jgit.lib.AnyObjectId;

/**
 * Tells of an id that it is certainly not among those added: a Bloom filter with one bit for each.
 * It needs no hash function, since ids are hashes. Of those that were not added, one in {@link
 * #BITS_PER_ID} is taken for one that was.
 *
 * <p>One thread at a time adds; any number may ask. Who asks knows of what was added before he was
 * told of it by some other means.
 */
final class IdFilter {

  private static final int BITS_PER_ID = 32;

  /** As many bits as a hash code tells apart are half a gigabyte; this is 16 MiB. */
  private static final int MOST_BITS_LOG2 = 27;

  private final long[] words;
  private final int shift;
  private long room;

  /** For {@code count} ids, or up to twice as many. */
  IdFilter(long count) {
    long bits = Math.max(Long.SIZE, count * BITS_PER_ID);
    int log2 = Math.min(Long.SIZE - Long.numberOfLeadingZeros(bits - 1), MOST_BITS_LOG2);
    words = new long[1 << log2 - 6];
    shift = Integer.SIZE - log2;
    room = (1L << log2) / BITS_PER_ID;
  }

  /** How many more ids there is room for. */
  long room() {
    return room;
  }

  void add(AnyObjectId id) {
    int bit = id.hashCode() >>> shift;
    words[bit >>> 6] |= 1L << bit;
    room--;
  }

  /** False if it was not added. */
  boolean mayHold(AnyObjectId id) {
    int bit = id.hashCode() >>> shift;
    return (words[bit >>> 6] & 1L << bit) != 0;
  }
}
