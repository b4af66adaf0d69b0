package dev.gitfs.git.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The contents of files that came ahead of need and that nobody has read yet: which they are, and
 * in memory as many as fit. Those that came first are read first, and stay; what does not fit is
 * read from disk. Also the account of what was used.
 */
final class PrefetchedContents {

  /** Files accounted for, 100 bytes each: all of Linux. What is older counts as wasted. */
  private static final int MOST_FILES = 1 << 17;

  /** What nobody has read within a minute was not needed, or not soon. */
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

  private final StoreMemory memory;

  // All below is guarded by this. Maps are in the order of arrival.
  private final Map<ObjectId, Unread> unread = new LinkedHashMap<>();
  private final Map<ObjectId, byte[]> contents = new LinkedHashMap<>();
  private long objects;
  private long bytes;
  private long usedObjects;
  private long usedBytes;
  private long forgottenObjects;
  private long forgottenBytes;

  private record Unread(long size, long since) {}

  /** Holds what {@code memory} has room for. */
  PrefetchedContents(StoreMemory memory) {
    this.memory = memory;
  }

  /** A file has come. */
  synchronized void add(ObjectId id, long size) {
    if (unread.putIfAbsent(id, new Unread(size, System.nanoTime())) == null) {
      objects++;
      bytes += size;
      if (unread.size() > MOST_FILES) {
        var eldest = unread.entrySet().iterator().next();
        forgottenObjects++;
        forgottenBytes += eldest.getValue().size;
        drop(eldest.getKey());
        unread.remove(eldest.getKey());
      }
    }
  }

  /** The same, with its contents. */
  synchronized void add(ObjectId id, byte[] content) {
    add(id, content.length);
    if (makeRoom(content.length) && contents.putIfAbsent(id, content) != null) {
      memory.releaseAhead(content.length);
    }
  }

  synchronized boolean holds(AnyObjectId id) {
    return contents.containsKey(id);
  }

  /** The contents of a file that is being read, for the caller to keep, if they are here. */
  synchronized Optional<byte[]> use(ObjectId id) {
    Unread file = unread.remove(id);
    if (file == null) {
      return Optional.empty();
    }
    usedObjects++;
    usedBytes += file.size;
    return Optional.ofNullable(drop(id));
  }

  synchronized PrefetchStatistics statistics(long running, long planned) {
    long wastedObjects = forgottenObjects;
    long wastedBytes = forgottenBytes;
    long now = System.nanoTime();
    for (Unread file : unread.values()) {
      if (now - file.since < PATIENCE) {
        break;
      }
      wastedObjects++;
      wastedBytes += file.size;
    }
    return new PrefetchStatistics(
        running, planned, objects, bytes, usedObjects, usedBytes, wastedObjects, wastedBytes);
  }

  /** Gives back the memory. */
  synchronized void close() {
    contents.values().forEach(content -> memory.releaseAhead(content.length));
    contents.clear();
    unread.clear();
  }

  /** What was not needed makes room; what is still to be read does not. */
  private boolean makeRoom(long size) {
    long now = System.nanoTime();
    var eldest = contents.entrySet().iterator();
    boolean reserved = memory.reserveAhead(size);
    while (!reserved && eldest.hasNext()) {
      var entry = eldest.next();
      Unread file = unread.get(entry.getKey());
      if (now - file.since < PATIENCE) {
        break;
      }
      memory.releaseAhead(entry.getValue().length);
      eldest.remove();
      reserved = memory.reserveAhead(size);
    }
    return reserved;
  }

  private byte[] drop(AnyObjectId id) {
    byte[] content = contents.remove(id);
    if (content != null) {
      memory.releaseAhead(content.length);
    }
    return content;
  }
}
