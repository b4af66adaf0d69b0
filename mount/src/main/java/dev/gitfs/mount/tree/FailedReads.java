package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Errno;
import dev.gitfs.fuse.FuseException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads that failed a moment ago. For one read(2) the kernel asks twice, once to read ahead and,
 * when that fails, once for the page itself; without this the reader of a file whose server is
 * silent would wait through all time limits twice.
 *
 * <p>Safe for any number of threads; without failures it costs a look at an empty map.
 */
final class FailedReads {

  /**
   * Within this the second question comes, even on a busy machine; and no person, and hardly a
   * program, tries anew so soon.
   */
  private static final long MOMENT_NANOS = Duration.ofMillis(50).toNanos();

  private final ConcurrentHashMap<Reader, Failure> failures = new ConcurrentHashMap<>();

  private record Reader(long inode, int pid) {}

  private record Failure(Errno errno, long at) {

    boolean isPast() {
      return System.nanoTime() - at > MOMENT_NANOS;
    }
  }

  /** Fails as the last read by this process did, if that was a moment ago. */
  void repeat(long inode, int pid) throws FuseException {
    if (failures.isEmpty()) {
      return;
    }
    var failure = failures.get(new Reader(inode, pid));
    if (failure != null && !failure.isPast()) {
      throw failure.errno().exception();
    }
  }

  void add(long inode, int pid, Errno errno) {
    failures.values().removeIf(Failure::isPast);
    failures.put(new Reader(inode, pid), new Failure(errno, System.nanoTime()));
  }
}
