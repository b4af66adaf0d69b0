package dev.gitfs.cli.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that serves mounts, as commands see it: in this process or reached over a socket.
 *
 * <p>Safe for use by several threads. Every failure is a {@link DaemonException} with a message for
 * people.
 */
public interface Daemon extends AutoCloseable {

  /** Mounts a repository; returns when its root can be listed. */
  MountSummary mount(MountRequest request) throws DaemonException, InterruptedException;

  /** Mounts a namespace; returns when its top can be listed. */
  MountSummary run(RunRequest request) throws DaemonException, InterruptedException;

  /**
   * Ends the mount at {@code directory}; returns when the kernel has let go of it and its resources
   * are given back.
   *
   * @param lazy detach now, even if files are open; what is open stays readable until it is closed
   * @return whether it has ended; else it goes on for those who have it open, or a copy of it
   */
  boolean unmount(Path directory, boolean lazy) throws DaemonException, InterruptedException;

  /**
   * Waits a moment for the end of the mount at {@code directory}, which the caller has unmounted as
   * it sees it.
   *
   * @param lazy do not wait
   * @return as {@link #unmount}
   */
  boolean awaitEnd(Path directory, boolean lazy) throws DaemonException, InterruptedException;

  /** The mounts being served now, each followed by the repositories in it that are open. */
  List<MountSummary> mounts() throws DaemonException;

  /** What the mount at {@code directory}, or the repository there, has cost and saved so far. */
  MountStatistics statistics(Path directory) throws DaemonException;

  /** Asks the server now where the branch of a mount is, and shows that. */
  Refreshed refresh(Path directory) throws DaemonException, InterruptedException;

  /**
   * Brings what {@code order} names of the mount at {@code directory}, behind what somebody waits
   * for. What has come is kept, whatever ends it.
   *
   * @param listener hears some times a second how far it is; it is cancelled when that fails
   */
  PrefetchProgress prefetch(Path directory, PrefetchOrder order, ProgressListener listener)
      throws DaemonException, InterruptedException;

  /**
   * Begins to record which files are read in the mount at {@code directory}.
   *
   * @param file where to write that as a profile, when that ends or the mount does; absolute
   */
  void record(Path directory, Path file) throws DaemonException;

  /** Ends that, and returns where it has been written. */
  Recorded stopRecording(Path directory) throws DaemonException;

  /**
   * A profile that was recorded.
   *
   * @param paths how many there are in it
   */
  record Recorded(Path file, int paths) {}

  /** Hears how far something is. */
  @FunctionalInterface
  interface ProgressListener {

    /** Throws when nobody listens any more. */
    void heard(PrefetchProgress progress) throws IOException;
  }

  /** Lets go of the connection, or, in the process that serves, of every mount. */
  @Override
  void close();
}
