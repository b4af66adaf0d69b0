package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.git.forge.Hosted;
import dev.gitfs.mount.prefetch.PrefetchMode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What to mount where, with every default filled in.
 *
 * @param source what the user typed, a relative path made absolute; may hold credentials
 * @param hosted what that means, if a forge hosts it
 * @param ref branch, tag, full ref or commit id; empty for the remote's HEAD
 * @param directory absolute; need not exist
 * @param cacheDirectory absolute
 */
public record MountRequest(
    String source,
    Optional<Hosted> hosted,
    Optional<String> ref,
    Path directory,
    Path cacheDirectory,
    ByteSize memory,
    ByteSize cacheSize,
    PrefetchMode prefetch,
    KernelOptions options) {

  /** Without the source: it may hold credentials, and records end up in logs. */
  @Override
  public String toString() {
    return "MountRequest[" + directory + "]";
  }
}
