package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mounts of this process. One lock guards the table; it is never held while something waits for
 * the network or the kernel.
 */
final class MountTable implements Daemon {

  private static final Logger log = LoggerFactory.getLogger(MountTable.class);

  /** After the kernel has let go of a mount, all that is left is local work. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path logFile;

  private final Map<Path, ServedRepository> mounted = new LinkedHashMap<>();

  /** Detached lazily: no longer at their directory, still read by who has files open. */
  private final Set<ServedRepository> detached = new HashSet<>();

  private final Map<Path, Thread> mounting = new LinkedHashMap<>();
  private boolean closed;

  MountTable(Path logFile) {
    this.logFile = logFile;
  }

  @Override
  public MountSummary mount(MountRequest request) throws DaemonException, InterruptedException {
    Path directory = KernelMounts.canonical(request.directory());
    reserve(directory);
    try {
      MountPoint point = MountPoint.prepare(directory);
      try {
        ServedRepository repository = ServedRepository.serve(request, point.directory(), logFile);
        add(repository);
        return repository.summary();
      } catch (DaemonException | InterruptedException | RuntimeException e) {
        point.abandon();
        throw e;
      }
    } finally {
      release(directory);
    }
  }

  @Override
  public void unmount(Path directory, boolean lazy) throws DaemonException, InterruptedException {
    Path canonical = KernelMounts.canonical(directory);
    ServedRepository repository = find(canonical);
    KernelMounts.unmount(canonical, lazy);
    synchronized (this) {
      if (lazy) {
        if (mounted.remove(canonical, repository)) {
          detached.add(repository);
          notifyAll();
        }
        return;
      }
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (mounted.get(canonical) == repository) {
        long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (left <= 0) {
          throw new DaemonException(
              Kind.FAILED, canonical + " is unmounted, but still being put away; see " + logFile);
        }
        wait(left);
      }
    }
  }

  @Override
  public synchronized List<MountSummary> mounts() {
    return mounted.values().stream().map(ServedRepository::summary).toList();
  }

  @Override
  public MountStatistics statistics(Path directory) throws DaemonException {
    return find(KernelMounts.canonical(directory)).statistics();
  }

  @Override
  public PrefetchProgress prefetch(Path directory, PrefetchOrder order, ProgressListener listener)
      throws DaemonException, InterruptedException {
    return find(KernelMounts.canonical(directory)).prefetch(order, listener);
  }

  /** Returns when this process serves nothing any more. */
  synchronized void awaitEmpty() throws InterruptedException {
    while (!mounted.isEmpty() || !detached.isEmpty() || !mounting.isEmpty()) {
      wait();
    }
  }

  /** Unmounts everything, and gives up on what is being mounted. */
  @Override
  public void close() {
    List<ServedRepository> all;
    synchronized (this) {
      closed = true;
      mounting.values().forEach(Thread::interrupt);
      all = new ArrayList<>(mounted.values());
      all.addAll(detached);
    }
    all.forEach(ServedRepository::unmount);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (this) {
      try {
        long left = PATIENCE.toMillis();
        while (left > 0 && !(mounted.isEmpty() && detached.isEmpty() && mounting.isEmpty())) {
          wait(left);
          left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized ServedRepository find(Path directory) throws DaemonException {
    ServedRepository repository = mounted.get(directory);
    if (repository == null) {
      throw new DaemonException(Kind.DIRECTORY, "nothing of git-fs is mounted at " + directory);
    }
    return repository;
  }

  private synchronized void reserve(Path directory) throws DaemonException {
    if (closed) {
      throw new DaemonException(Kind.FAILED, "this daemon is about to end; try again");
    }
    if (mounted.containsKey(directory) || mounting.containsKey(directory)) {
      throw new DaemonException(
          Kind.DIRECTORY,
          directory + " is mounted already; unmount it first: git-fs umount " + directory);
    }
    mounting.put(directory, Thread.currentThread());
  }

  private synchronized void release(Path directory) {
    mounting.remove(directory);
    notifyAll();
  }

  private void add(ServedRepository repository) throws InterruptedException {
    MountSummary summary = repository.summary();
    synchronized (this) {
      if (closed) {
        repository.unmount();
        repository.close();
        throw new InterruptedException("the daemon is about to end");
      }
      mounted.put(summary.directory(), repository);
    }
    log.info(
        "Mounted {} at {}: {}, commit {}",
        summary.source(),
        summary.directory(),
        summary.ref(),
        summary.commit());
    Thread.ofVirtual().name("end of " + summary.directory()).start(() -> awaitEnd(repository));
  }

  private void awaitEnd(ServedRepository repository) {
    MountSummary summary = repository.summary();
    try {
      repository.awaitUnmounted();
    } catch (InterruptedException e) {
      log.debug("Interrupted while waiting for the end of {}", summary.directory(), e);
    }
    repository.close();
    log.info("Unmounted {} from {}", summary.source(), summary.directory());
    synchronized (this) {
      mounted.remove(summary.directory(), repository);
      detached.remove(repository);
      notifyAll();
    }
  }
}
