package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Mutual exclusion between all threads of all processes, by a lock on a file that the kernel
 * releases when its holder dies.
 */
final class InterProcessLock implements AutoCloseable {

  /** The kernel's locks know processes only: threads of this one exclude each other here. */
  private static final Map<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final ReentrantLock inProcess;
  private final FileChannel channel;

  private InterProcessLock(ReentrantLock inProcess, FileChannel channel) {
    this.inProcess = inProcess;
    this.channel = channel;
  }

  /**
   * Waits for the lock, which is for work of milliseconds; empty if nobody lets go of it within
   * {@code patience}: a process that was stopped holds its locks.
   */
  static Optional<InterProcessLock> await(Path file, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    Optional<InterProcessLock> lock = attempt(file);
    while (lock.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
      lock = attempt(file);
    }
    return lock;
  }

  /** The lock if nobody has it. */
  static Optional<InterProcessLock> attempt(Path file) throws IOException {
    ReentrantLock inProcess = inProcess(file);
    // Not even this thread may have it twice.
    if (inProcess.isHeldByCurrentThread() || !inProcess.tryLock()) {
      return Optional.empty();
    }
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel = open(file);
      locked = channel.tryLock() != null;
      return locked ? Optional.of(new InterProcessLock(inProcess, channel)) : Optional.empty();
    } finally {
      if (!locked) {
        if (channel != null) {
          channel.close();
        }
        inProcess.unlock();
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      inProcess.unlock();
    }
  }

  private static ReentrantLock inProcess(Path file) {
    return IN_PROCESS.computeIfAbsent(
        file.toAbsolutePath().normalize(), path -> new ReentrantLock());
  }

  private static FileChannel open(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (FileSystemException e) {
      // A directory, a link to nowhere, or a file of another user.
      FileTrees.delete(file);
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
  }
}
