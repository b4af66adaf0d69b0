package dev.gitfs.cli.daemon;

import java.nio.file.Path;
import java.util.List;

/** What goes between a command and a daemon: one message a line, a reply for each request. */
sealed interface Message {

  sealed interface Request extends Message {}

  sealed interface Reply extends Message {}

  record Mount(MountRequest mount) implements Request {}

  record Unmount(Path directory, boolean lazy) implements Request {}

  record ListMounts() implements Request {}

  record ReadStatistics(Path directory) implements Request {}

  record Mounted(MountSummary mount) implements Reply {}

  record Unmounted() implements Reply {}

  record Mounts(List<MountSummary> mounts) implements Reply {}

  record Statistics(MountStatistics statistics) implements Reply {}

  /**
   * The request failed.
   *
   * @param trace the stack trace, for {@code --verbose}
   */
  record Failed(DaemonException.Kind kind, String message, String trace) implements Reply {}
}
