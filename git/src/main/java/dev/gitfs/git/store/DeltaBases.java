package dev.gitfs.git.store;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Objects of a pack that is being received which may be what the next ones are deltas of: those
 * that were already, those that are deltas themselves, and trees. For one thread.
 */
final class DeltaBases {

  /** Enough for the longest chains of trees and ordinary files. */
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
