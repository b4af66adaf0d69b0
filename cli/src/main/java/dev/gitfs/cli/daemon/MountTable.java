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
import java.util.concurrent.locks.LockSupport;
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

  /** The kernel lets go of what nobody has open, nor a copy of, in milliseconds. */
  private static final Duration LETTING_GO = Duration.ofSeconds(1);

  /** A mount is taken out of the kernel's table before its connection ends, or never. */
  private static final Duration TAKING_OUT = Duration.ofMillis(500);

  private static final Duration LOOK = Duration.ofMillis(20);

  private final Path logFile;

  /** In the order in which they were mounted, until they are put away. Guarded by this. */
  private final List<Served> serving = new ArrayList<>();

  /** Those of them that the kernel has let go of. Guarded by this. */
  private final Set<Served> ended = new HashSet<>();

  /** Whether one of them was given up by the kernel while it was mounted. Guarded by this. */
  private boolean aborted;

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
  public boolean unmount(Path directory, boolean lazy)
      throws DaemonException, InterruptedException {
    Served served = find(KernelMounts.canonical(directory));
    for (KernelMounts.Entry entry : KernelMounts.of(served.summary().device()).reversed()) {
      KernelMounts.unmount(entry.directory(), lazy);
    }
    return awaitEnd(served, lazy);
  }

  @Override
  public boolean awaitEnd(Path directory, boolean lazy)
      throws DaemonException, InterruptedException {
    Served served;
    try {
      served = find(KernelMounts.canonical(directory));
    } catch (DaemonException e) {
      return true;
    }
    return awaitEnd(served, lazy);
  }

  private synchronized boolean awaitEnd(Served served, boolean lazy)
      throws DaemonException, InterruptedException {
    long start = System.nanoTime();
    while (serving.contains(served)) {
      boolean letGo = ended.contains(served);
      Duration patience = letGo ? PATIENCE : lazy ? Duration.ZERO : LETTING_GO;
      long left = patience.minusNanos(System.nanoTime() - start).toMillis();
      if (left <= 0 && letGo) {
        throw new DaemonException(
            Kind.FAILED,
            served.summary().directory()
                + " is unmounted, but still being put away; see "
                + logFile);
      }
      if (left <= 0) {
        if (!served.isSeen()) {
          log.info(
              "{} is unmounted here, and served on to what has it open or holds a copy of it",
              served.summary().directory());
        }
        return false;
      }
      wait(left);
    }
    return true;
  }

  @Override
  public synchronized List<MountSummary> mounts() {
    return serving.stream().flatMap(MountTable::summaries).toList();
  }

  private static Stream<MountSummary> summaries(Served served) {
    var all = Stream.concat(Stream.of(served.summary()), served.inside().stream());
    return served.isSeen() ? all : all.map(MountSummary::asDetached);
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

  /**
   * Returns when this process serves nothing any more.
   *
   * @return whether all of it was unmounted, and nothing given up by the kernel
   */
  synchronized boolean awaitEmpty() throws InterruptedException {
    while (!serving.isEmpty() || !mounting.isEmpty()) {
      wait();
    }
    return !aborted;
  }

  /** Unmounts everything, and gives up on what is being mounted. */
  @Override
  public void close() {
    List<Served> all;
    synchronized (this) {
      closed = true;
      mounting.values().forEach(Thread::interrupt);
      all = List.copyOf(serving);
    }
    all.forEach(Served::unmount);
    long start = System.nanoTime();
    synchronized (this) {
      try {
        // What the kernel has let go of is put away. What is open, or copied, ends with this
        // process.
        while (!serving.isEmpty() || !mounting.isEmpty()) {
          boolean letGo = !ended.isEmpty() || !mounting.isEmpty();
          Duration patience = letGo ? PATIENCE : LETTING_GO;
          long left = patience.minusNanos(System.nanoTime() - start).toMillis();
          if (left <= 0) {
            return;
          }
          wait(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The latest at {@code directory}. */
  private synchronized Served find(Path directory) throws DaemonException {
    for (Served served : serving.reversed()) {
      if (served.summary().directory().equals(directory)) {
        return served;
      }
    }
    throw new DaemonException(Kind.DIRECTORY, "nothing of git-fs is mounted at " + directory);
  }

  /** The mount that {@code directory} is in, or is. */
  private synchronized Served containing(Path directory) throws DaemonException {
    for (Path at = directory; at != null; at = at.getParent()) {
      for (Served served : serving.reversed()) {
        if (served.summary().directory().equals(at)) {
          return served;
        }
      }
    }
    return find(directory);
  }

  private synchronized void reserve(Path directory) throws DaemonException {
    if (closed) {
      throw new DaemonException(Kind.FAILED, "this daemon is about to end; try again");
    }
    if (mounting.containsKey(directory)
        || serving.stream()
            .anyMatch(each -> each.summary().directory().equals(directory) && each.isSeen())) {
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
      serving.add(served);
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
    synchronized (this) {
      ended.add(served);
      notifyAll();
    }
    try {
      boolean givenUp = isStillSeen(served);
      served.close();
      if (givenUp) {
        log.error(
            "The kernel has given up the mount at {}: its connection was aborted, by hand, by"
                + " umount -f or for a request that took too long (fs.fuse.max_request_timeout)."
                + " It is left there, for an error is better than an empty directory; to unmount"
                + " it: git-fs umount {}",
            summary.directory(),
            summary.directory());
        synchronized (this) {
          aborted = true;
        }
      } else {
        log.info("Unmounted {} from {}", summary.source(), summary.directory());
      }
    } finally {
      synchronized (this) {
        serving.remove(served);
        ended.remove(served);
        notifyAll();
      }
    }
  }

  private static boolean isStillSeen(Served served) {
    long start = System.nanoTime();
    while (served.isSeen()) {
      if (System.nanoTime() - start > TAKING_OUT.toNanos()) {
        return true;
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return false;
  }
}
