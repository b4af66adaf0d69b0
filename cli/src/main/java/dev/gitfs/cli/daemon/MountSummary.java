package dev.gitfs.cli.daemon;

import java.nio.file.Path;
import java.time.Instant;

/**
 * One mount, in a line.
 *
 * @param directory where, as the kernel names it
 * @param source the repository's URL without credentials
 * @param ref the full ref name, or a commit id
 * @param commit the commit's id in hex
 * @param since when it was mounted
 * @param pid the process that serves it
 * @param log that process's log file
 * @param state how it stands to its branch and its server
 */
public record MountSummary(
    Path directory,
    String source,
    String ref,
    String commit,
    Instant since,
    long pid,
    Path log,
    MountState state) {

  /** The ref as people say it: {@code main}, {@code v6.1}. */
  public String shortRef() {
    for (String prefix : new String[] {"refs/heads/", "refs/tags/", "refs/"}) {
      if (ref.startsWith(prefix)) {
        return ref.substring(prefix.length());
      }
    }
    return ref.equals(commit) ? shortCommit() : ref;
  }

  public String shortCommit() {
    return commit.substring(0, Math.min(12, commit.length()));
  }
}
