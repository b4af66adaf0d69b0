package dev.gitfs.cli.daemon;

import java.nio.file.Path;
import java.util.List;

/**
 * What goes between a command and a daemon: one message a line, a reply for each request, and
 * before it what progress was made.
 */
sealed interface Message {

  sealed interface Request extends Message {}

  sealed interface Reply extends Message {}

  record Mount(MountRequest mount) implements Request {}

  record Run(RunRequest run) implements Request {}

  record Unmount(Path directory, boolean lazy) implements Request {}

  record AwaitEnd(Path directory, boolean lazy) implements Request {}

  record ListMounts() implements Request {}

  record ReadStatistics(Path directory) implements Request {}

  /** Answered by any number of {@link Prefetching} and a {@link Prefetched}. */
  record Prefetch(Path directory, PrefetchOrder order) implements Request {}

  record Record(Path directory, Path file) implements Request {}

  record StopRecording(Path directory) implements Request {}

  record Refresh(Path directory) implements Request {}

  record Mounted(MountSummary mount) implements Reply {}

  record Unmounted(boolean ended) implements Reply {}

  record Mounts(List<MountSummary> mounts) implements Reply {}

  record Statistics(MountStatistics statistics) implements Reply {}

  record Recording() implements Reply {}

  record RecordingStopped(Daemon.Recorded recorded) implements Reply {}

  record Refreshing(Refreshed refreshed) implements Reply {}

  record Prefetching(PrefetchProgress progress) implements Reply {}

  record Prefetched(PrefetchProgress progress) implements Reply {}

  /**
   * The request failed.
   *
   * @param trace the stack trace, for {@code --verbose}
   */
  record Failed(DaemonException.Kind kind, String message, String trace) implements Reply {}
}
