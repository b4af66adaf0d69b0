package dev.gitfs.cli;

import dev.gitfs.cli.daemon.DaemonException;

/** What a command returns to the shell. {@code git-fs --help} and the README list the same. */
final class ExitStatus {

  static final int OK = 0;

  /** Something on this machine failed. */
  static final int FAILED = 1;

  /** The command line makes no sense. */
  static final int USAGE = 2;

  /** There is no such repository or revision, or it may not be seen. */
  static final int REPOSITORY = 3;

  /** The server cannot be reached or fails; trying again later may help. */
  static final int SERVER = 4;

  /** The directory cannot be mounted on, nothing is mounted there, or it has no such path. */
  static final int DIRECTORY = 5;

  private ExitStatus() {}

  static int of(DaemonException.Kind kind) {
    return switch (kind) {
      case FAILED, MOUNTING -> FAILED;
      case REPOSITORY -> REPOSITORY;
      case SERVER -> SERVER;
      case DIRECTORY -> DIRECTORY;
    };
  }
}
