package dev.gitfs.cli.daemon;

import dev.gitfs.cli.telemetry.Secrets;
import dev.gitfs.git.background.BackgroundFailures;
import java.nio.file.Path;
import java.time.Instant;

/**
 * One mount, in a line.
 *
 * @param directory where, as the kernel names it
 * @param device the number of the device, the same wherever the mount is seen; empty if not known
 * @param detached whether it is no longer mounted where the daemon is, and served all the same
 * @param source the repository's URL without credentials
 * @param ref the full ref name, or a commit id
 * @param commit the commit's id in hex
 * @param since when it was mounted
 * @param pid the process that serves it
 * @param log that process's log file
 * @param state how it stands to its branch and its server
 * @param failures what has failed in the background of the process that serves it
 */
public record MountSummary(
    Path directory,
    String device,
    boolean detached,
    String source,
    String ref,
    String commit,
    Instant since,
    long pid,
    Path log,
    MountState state,
    BackgroundFailures failures) {

  /** The same, with what has failed since. */
  MountSummary with(BackgroundFailures since) {
    return new MountSummary(
        directory, device, detached, source, ref, commit, this.since, pid, log, state, since);
  }

  /** The same, of which only copies elsewhere are left. */
  MountSummary asDetached() {
    return new MountSummary(
        directory, device, true, source, ref, commit, since, pid, log, state, failures);
  }

  /** The same, mounted on another directory. */
  MountSummary at(Path place) {
    return new MountSummary(
        place, device, detached, source, ref, commit, since, pid, log, state, failures);
  }

  /** The ref as people say it: {@code main}, {@code v6.1}. */
  public String shortRef() {
    for (String prefix : new String[] {"refs/heads/", "refs/tags/", "refs/"}) {
      if (ref.startsWith(prefix)) {
        return ref.substring(prefix.length());
      }
    }
    return ref.equals(commit) ? shortCommit() : ref;
  }

  /** What has failed in the background, in a line without secrets; empty if nothing has. */
  public String failureText() {
    return failures
        .last()
        .map(last ->
            "%d, the last in %s: %s; the log has more"
                .formatted(failures.count(), last.task(), Secrets.hide(last.cause())))
        .orElse("");
  }

  public String shortCommit() {
    return commit.substring(0, Math.min(12, commit.length()));
  }
}
