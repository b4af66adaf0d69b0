package dev.gitfs.bench;

import dev.gitfs.testkit.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Something that a user does in a tree, the same in a mount and in a clone.
 *
 * @param name what it is called in a report
 * @param script for the shell, run in the root of the tree
 */
record Task(String name, String script) {
  private static final Duration PATIENCE = Duration.ofHours(2);

  static final Task LIST_ROOT = new Task("`ls`", "ls >/dev/null");

  static final Task FIND = new Task("`find`", "find . >/dev/null");

  static final Task LIST_ALL = new Task("`ls -lR`", "ls -lR >/dev/null");

  /**
   * Reads every byte: nothing matches. (To /dev/null grep writes nothing and would stop at a first
   * match.)
   */
  static final Task GREP = new Task("`grep -r`", "! grep -r 'no such word in any file' . | grep .");

  static final List<Task> WALKS = List.of(FIND, LIST_ALL, GREP);

  static Task read(TreeFile file) {
    return new Task(
        "`cat` of a file", "cat '" + file.path().replace("'", "'\\''") + "' >/dev/null");
  }

  /** Does it, and returns the seconds it took. */
  double in(Path tree) {
    var result = Processes.command("sh", "-c", script).in(tree).timeout(PATIENCE).run().orFail();
    return result.took().toNanos() / 1e9;
  }
}
