package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.git.background.Background;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
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

  private final Map<Path, Served> mounted = new LinkedHashMap<>();

  /** Detached lazily: no longer at their directory, still read by who has files open. */
  private final Set<Served> detached = new HashSet<>();

  private final Map<Path, Thread> mounting = new LinkedHashMap<>();
  private boolean closed;

  MountTable(Path logFile) {
    this.logFile = logFile;
  }

  @Override
  public MountSummary mount(MountRequest request) throws DaemonException, InterruptedException {
    return serve(
        request.directory(), directory -> ServedRepository.serve(request, directory, logFile));
  }

  @Override
  public MountSummary run(RunRequest request) throws DaemonException, InterruptedException {
    return serve(
        request.directory(), directory -> ServedNamespace.serve(request, directory, logFile));
  }

  /** Mounts on a directory that is ready for it. */
  @FunctionalInterface
  private interface Mounting {
    Served on(Path directory) throws DaemonException, InterruptedException;
  }

  private MountSummary serve(Path wanted, Mounting mounting)
      throws DaemonException, InterruptedException {
    Path directory = KernelMounts.canonical(wanted);
    reserve(directory);
    try {
      MountPoint point = MountPoint.prepare(directory);
      try {
        Served served = mounting.on(point.directory());
        add(served);
        return served.summary();
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
    Served served = find(canonical);
    KernelMounts.unmount(canonical, lazy);
    synchronized (this) {
      if (lazy) {
        if (mounted.remove(canonical, served)) {
          detached.add(served);
          notifyAll();
        }
        return;
      }
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (mounted.get(canonical) == served) {
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
    return mounted.values().stream()
        .flatMap(served -> Stream.concat(Stream.of(served.summary()), served.inside().stream()))
        .toList();
  }

  @Override
  public MountStatistics statistics(Path directory) throws DaemonException {
    Path canonical = KernelMounts.canonical(directory);
    return containing(canonical).statistics(canonical);
  }

  @Override
  public Refreshed refresh(Path directory) throws DaemonException, InterruptedException {
    Path canonical = KernelMounts.canonical(directory);
    return containing(canonical).refresh(canonical);
  }

  @Override
  public PrefetchProgress prefetch(Path directory, PrefetchOrder order, ProgressListener listener)
      throws DaemonException, InterruptedException {
    return find(KernelMounts.canonical(directory)).prefetch(order, listener);
  }

  @Override
  public void record(Path directory, Path file) throws DaemonException {
    find(KernelMounts.canonical(directory)).record(file);
  }

  @Override
  public Recorded stopRecording(Path directory) throws DaemonException {
    return find(KernelMounts.canonical(directory)).stopRecording();
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
    List<Served> all;
    synchronized (this) {
      closed = true;
      mounting.values().forEach(Thread::interrupt);
      all = new ArrayList<>(mounted.values());
      all.addAll(detached);
    }
    all.forEach(Served::unmount);
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

  private synchronized Served find(Path directory) throws DaemonException {
    Served served = mounted.get(directory);
    if (served == null) {
      throw new DaemonException(Kind.DIRECTORY, "nothing of git-fs is mounted at " + directory);
    }
    return served;
  }

  /** The mount that {@code directory} is in, or is. */
  private synchronized Served containing(Path directory) throws DaemonException {
    for (Path at = directory; at != null; at = at.getParent()) {
      if (mounted.containsKey(at)) {
        return mounted.get(at);
      }
    }
    return find(directory);
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

  private void add(Served served) throws InterruptedException {
    MountSummary summary = served.summary();
    synchronized (this) {
      if (closed) {
        served.unmount();
        served.close();
        throw new InterruptedException("the daemon is about to end");
      }
      mounted.put(summary.directory(), served);
    }
    log.info(
        "Mounted {} at {}{}",
        summary.source(),
        summary.directory(),
        summary.commit().isEmpty() ? "" : ": " + summary.ref() + ", commit " + summary.commit());
    Background.start("end of " + summary.directory(), () -> awaitEnd(served));
  }

  private void awaitEnd(Served served) {
    MountSummary summary = served.summary();
    try {
      served.awaitUnmounted();
    } catch (InterruptedException e) {
      log.debug("Interrupted while waiting for the end of {}", summary.directory(), e);
    }
    try {
      served.close();
      log.info("Unmounted {} from {}", summary.source(), summary.directory());
    } finally {
      synchronized (this) {
        mounted.remove(summary.directory(), served);
        detached.remove(served);
        notifyAll();
      }
    }
  }
}
