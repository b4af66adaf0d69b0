package dev.gitfs.bench;

import dev.gitfs.testkit.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Something that a user does in a tree, the same in a mount and in a clone.
 *
 * @param name what it is called in a report
 * @param script for the shell, run in the root of the tree
 */
record Task(String name, String script) {
  private static final Duration PATIENCE = Duration.ofHours(2);

  /** The variable that names a directory for what a script writes. */
  static final String SCRATCH = "SCRATCH";

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
    return read("`cat` of a file", List.of(file));
  }

  /** Reads files, one after the other. */
  static Task read(String name, List<TreeFile> files) {
    return new Task(
        name,
        files.stream()
            .map(file -> quoted(file.path()))
            .collect(Collectors.joining(" ", "cat ", " >/dev/null")));
  }

  /** As one word of the shell. */
  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** Does it, and returns the seconds it took. */
  double in(Path tree) {
    return seconds(process(tree).timeout(PATIENCE).run().orFail());
  }

  /**
   * Does it, and returns the seconds it took; after {@code most} ends it, and returns those.
   *
   * @param scratch an empty directory for what it writes
   */
  double in(Path tree, Path scratch, Duration most) {
    var result = process(tree).env(SCRATCH, scratch.toString()).timeout(most).run();
    return result.timedOut() ? most.toNanos() / 1e9 : seconds(result.orFail());
  }

  private Processes process(Path tree) {
    return Processes.command("sh", "-c", script).in(tree);
  }

  private static double seconds(Processes.Result result) {
    return result.took().toNanos() / 1e9;
  }
}
