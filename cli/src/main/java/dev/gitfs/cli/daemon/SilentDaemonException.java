package dev.gitfs.cli.daemon;

/** A daemon is there and does not answer. */
public final class SilentDaemonException extends DaemonException {

  SilentDaemonException(long pid) {
    super(
        Kind.FAILED,
        "process %1$d, which serves mounts, does not answer; if it is stopped: kill -CONT %1$d"
            .formatted(pid));
  }
}
