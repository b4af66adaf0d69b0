package dev.gitfs.git.store;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The objects of a pack received last, in case the next ones are deltas of them: git writes a base
 * shortly before its deltas. For one thread.
 */
final class DeltaBases {

  /**
   * Of all of Linux's 83,318 objects this answers for all but a few hundred bases. What it holds is
   * mostly shared with the cache of blobs.
   */
  private static final int MOST_BYTES = 16 << 20;

  private final Map<PackEntry, byte[]> contents = new LinkedHashMap<>(16, 0.75f, true);
  private int bytes;

  byte[] getIfPresent(PackEntry entry) {
    return contents.get(entry);
  }

  void put(PackEntry entry, byte[] content) {
    if (content.length > MOST_BYTES / 4 || contents.put(entry, content) != null) {
      return;
    }
    bytes += content.length;
    var eldest = contents.values().iterator();
    while (bytes > MOST_BYTES) {
      bytes -= eldest.next().length;
      eldest.remove();
    }
  }
}
