package dev.gitfs.testkit;

import java.nio.file.Path;

/** Removes what a test wrote. */
final class TemporaryFiles {

  private TemporaryFiles() {}

  /**
   * Deletes a directory and all below it on this file system only: never into a mount that a failed
   * test left there.
   */
  static void delete(Path directory) {
    Processes.command("rm", "-rf", "--one-file-system", directory.toString()).run();
  }
}
