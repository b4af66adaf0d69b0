package dev.gitfs.git.store;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Contents of objects that may be what the next ones are deltas of, within a bound: the one used
 * longest ago makes room. By where they are: what that is must be equal to nothing else. For any
 * number of threads.
 */
final class DeltaBases {

  /** A larger one would leave room for hardly another. */
  private static final int LARGEST_SHARE = 2;

  // All below is guarded by this.
  private final Map<Object, byte[]> contents = new LinkedHashMap<>(16, 0.75f, true);

  private final long mostBytes;
  private long bytes;

  DeltaBases(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  synchronized byte[] getIfPresent(Object place) {
    return contents.get(place);
  }

  /** Keeps {@code content}, which nobody may change from now on. */
  synchronized void put(Object place, byte[] content) {
    if (content.length > mostBytes / LARGEST_SHARE || contents.put(place, content) != null) {
      return;
    }
    bytes += content.length;
    var eldest = contents.values().iterator();
    while (bytes > mostBytes) {
      bytes -= eldest.next().length;
      eldest.remove();
    }
  }
}
