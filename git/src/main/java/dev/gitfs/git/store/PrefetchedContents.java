package dev.gitfs.git.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contents of files that came ahead of need, until somebody has read them to their end: which
 * they are, and in memory as many as fit, or beyond that in a file for whoever reads on. Those that
 * came first are read first, and stay; what finds no room is inflated again. Also the account of
 * what was used.
 */
final class PrefetchedContents {

  private static final Logger LOG = LoggerFactory.getLogger(PrefetchedContents.class);

  /** Files accounted for, 100 bytes each: all of Linux. What is older counts as wasted. */
  private static final int MOST_FILES = 1 << 17;

  /**
   * Who reads on reads some hundred files in that time: who has not read any has stopped, or only
   * looks at attributes, and what comes is not written to a file for him.
   */
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(2);

  /** What nobody has read within a minute was not needed, or not soon. */
  private static final long WASTED = TimeUnit.MINUTES.toNanos(1);

  // All below is guarded by this.
  private final Slabs contents;

  /** What nobody has opened, in the order of arrival. */
  private final Map<ObjectId, Unread> unread = new LinkedHashMap<>();

  /** When any of these was last read for the first time, by {@link System#nanoTime}. */
  private long readAt = System.nanoTime() - LONGEST_PAUSE;

  /** Readers who wait for the content of a file that has not come. */
  private int waiting;

  private boolean closed;

  private long objects;
  private long bytes;
  private long usedObjects;
  private long usedBytes;
  private long forgottenObjects;
  private long forgottenBytes;

  private record Unread(long size, long since) {}

  /** Holds what {@code memory} has room for, and beyond that {@code overflow}. */
  PrefetchedContents(StoreMemory memory, Overflow overflow) {
    contents = new Slabs(memory, overflow);
  }

  /** A file has come, which {@code content} starts with. */
  void add(Reception from, ObjectId id, byte[] content, int length) {
    Optional<Slabs.Held> room = reserve(from, id, length);
    if (room.isPresent()) {
      settle(room.get(), write(id, content, room.get()));
    }
  }

  private synchronized Optional<Slabs.Held> reserve(Reception from, ObjectId id, int length) {
    if (closed) {
      return Optional.empty();
    }
    account(id, length);
    boolean isReadFrom = waiting > 0 || System.nanoTime() - readAt < LONGEST_PAUSE;
    return contents.reserve(from, id, length, isReadFrom);
  }

  /**
   * Returns whether it could. Without the lock: readers would wait for the copying of what they do
   * not read.
   */
  private static boolean write(ObjectId id, byte[] content, Slabs.Held file) {
    try {
      file.write(content);
      return true;
    } catch (IOException e) {
      LOG.debug("{} is to be inflated again when it is read", id.name(), e);
      return false;
    }
  }

  private synchronized void settle(Slabs.Held file, boolean isWritten) {
    if (isWritten && !closed) {
      contents.add(file);
    } else {
      contents.abandon(file);
    }
  }

  /** Files will come from there: to be read after those from where this was said before. */
  synchronized void began(Reception from) {
    contents.began(from);
  }

  /** Nothing more comes from there. */
  synchronized void ended(Reception from) {
    contents.ended(from);
  }

  /** A reader waits for a file that has not come: he goes on once he has it. */
  synchronized void waits() {
    waiting++;
  }

  /** He has it, or has given up. */
  synchronized void waited() {
    waiting--;
  }

  private void account(ObjectId id, long size) {
    if (unread.putIfAbsent(id, new Unread(size, System.nanoTime())) == null) {
      objects++;
      bytes += size;
      if (unread.size() > MOST_FILES) {
        var eldest = unread.entrySet().iterator().next();
        forgottenObjects++;
        forgottenBytes += eldest.getValue().size;
        contents.drop(eldest.getKey());
        unread.remove(eldest.getKey());
      }
    }
  }

  /** A file that is being read: noted as used, and its content if that is here. */
  synchronized Optional<Blob> open(ObjectId id) {
    use(id);
    return peek(id);
  }

  /** The content of a file if it is here, whether it is being read or not. */
  synchronized Optional<Blob> peek(ObjectId id) {
    return contents.open(id).map(HeldBlob::new);
  }

  private void use(ObjectId id) {
    Unread file = unread.remove(id);
    if (file != null) {
      usedObjects++;
      usedBytes += file.size;
      readAt = System.nanoTime();
    }
  }

  /** A file was read to its end. */
  synchronized void wasRead(ObjectId id) {
    use(id);
    contents.drop(id);
  }

  synchronized PrefetchStatistics statistics(long running, long planned) {
    long wastedObjects = forgottenObjects;
    long wastedBytes = forgottenBytes;
    long now = System.nanoTime();
    for (Unread file : unread.values()) {
      if (now - file.since < WASTED) {
        break;
      }
      wastedObjects++;
      wastedBytes += file.size;
    }
    return new PrefetchStatistics(
        running, planned, objects, bytes, usedObjects, usedBytes, wastedObjects, wastedBytes);
  }

  /** Gives back what came long ago. */
  synchronized void trim() {
    contents.dropOlder(WASTED);
  }

  /** Gives back the memory. */
  synchronized void close() {
    closed = true;
    contents.clear();
    unread.clear();
  }

  private synchronized void close(Slabs.Held file) {
    contents.close(file);
  }

  private final class HeldBlob implements Blob {
    private final Slabs.Held file;
    private final AtomicBoolean closed = new AtomicBoolean();

    HeldBlob(Slabs.Held file) {
      this.file = file;
    }

    @Override
    public long size() {
      return file.length();
    }

    @Override
    public int read(long offset, MemorySegment target) throws IOException {
      if (closed.get()) {
        throw new IllegalStateException("a blob is read after it was closed");
      }
      return file.read(offset, target);
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        PrefetchedContents.this.close(file);
      }
    }
  }
}
