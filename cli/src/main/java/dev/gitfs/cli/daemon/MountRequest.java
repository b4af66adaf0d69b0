package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.git.forge.Hosted;
import dev.gitfs.mount.prefetch.PrefetchMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What to mount where, with every default filled in.
 *
 * @param source what the user typed, a relative path made absolute; may hold credentials
 * @param hosted what that means, if a forge hosts it
 * @param allow rules of what may be opened by that forge's names, as they are written
 * @param deny rules of what may not
 * @param ref branch, tag, full ref or commit id; empty for the remote's HEAD
 * @param directory absolute; need not exist
 * @param cacheDirectory absolute
 * @param profile lines of the profile to bring when it is mounted; none for that which the
 *     repository carries
 * @param carriedProfile whether to bring what that one names
 * @param pinned whether to stay at the commit that {@code ref} names now
 * @param poll how often to ask whether the branch has moved
 */
public record MountRequest(
    String source,
    Optional<Hosted> hosted,
    List<String> allow,
    List<String> deny,
    Optional<String> ref,
    Path directory,
    Path cacheDirectory,
    ByteSize memory,
    ByteSize cacheSize,
    PrefetchMode prefetch,
    List<String> profile,
    boolean carriedProfile,
    boolean pinned,
    Duration poll,
    KernelOptions options) {

  /** Without the source: it may hold credentials, and records end up in logs. */
  @Override
  public String toString() {
    return "MountRequest[" + directory + "]";
  }
}
