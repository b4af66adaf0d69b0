package dev.gitfs.cli.daemon;

import java.nio.file.Path;
import java.util.List;

/** A mount of this process, from its servers to the kernel. */
sealed interface Served extends AutoCloseable permits ServedRepository, ServedNamespace {

  /** The mount itself. */
  MountSummary summary();

  /** The repositories in it that are open, where it is one of many. */
  default List<MountSummary> inside() {
    return List.of();
  }

  /**
   * What it has cost and saved.
   *
   * @param directory where it is mounted, or a repository in it
   */
  MountStatistics statistics(Path directory) throws DaemonException;

  /**
   * Asks the server now where the branch of a repository is, and shows that.
   *
   * @param directory where it is mounted, or a repository in it
   */
  Refreshed refresh(Path directory) throws DaemonException, InterruptedException;

  /** Brings what {@code order} names, as {@link Daemon#prefetch}. */
  PrefetchProgress prefetch(PrefetchOrder order, Daemon.ProgressListener listener)
      throws DaemonException, InterruptedException;

  /** Begins to record what is read, as {@link Daemon#record}. */
  void record(Path file) throws DaemonException;

  /** Ends that, as {@link Daemon#stopRecording}. */
  Daemon.Recorded stopRecording() throws DaemonException;

  /** Whether the kernel still has it mounted where this process sees it. */
  boolean isSeen();

  /** Returns when the kernel has let go of the mount, whoever ended it. */
  void awaitUnmounted() throws InterruptedException;

  /**
   * Unmounts, if that has not happened yet. Everything else is given back at the end, by whoever
   * awaits it.
   */
  void unmount();

  /** Gives everything back, after the kernel has let go of the mount. */
  @Override
  void close();
}
