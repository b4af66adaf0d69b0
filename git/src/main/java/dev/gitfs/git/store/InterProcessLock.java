package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Mutual exclusion between all threads of all processes, by a lock on a file that the kernel
 * releases when its holder dies.
 */
final class InterProcessLock implements AutoCloseable {

  /** The kernel's locks know processes only: threads of this one exclude each other here. */
  private static final Map<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

  private final ReentrantLock inProcess;
  private final FileChannel channel;

  private InterProcessLock(ReentrantLock inProcess, FileChannel channel) {
    this.inProcess = inProcess;
    this.channel = channel;
  }

  /** Waits for the lock. For work of milliseconds. */
  static InterProcessLock await(Path file) throws IOException {
    ReentrantLock inProcess = inProcess(file);
    inProcess.lock();
    try {
      FileChannel channel = open(file);
      try {
        FileLock lock = channel.lock();
        assert lock.isValid();
        return new InterProcessLock(inProcess, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      inProcess.unlock();
      throw e;
    }
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
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}
