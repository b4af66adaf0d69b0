package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.git.forge.Forge;
import dev.gitfs.mount.prefetch.PrefetchMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Which namespace to mount where, with every default filled in.
 *
 * @param directory absolute; need not exist
 * @param forges what it shows; they may hold tokens
 * @param allow rules of what may be opened, as they are written
 * @param deny rules of what may not
 * @param poll how often branches that are shown are looked after
 * @param idle after how long a repository that nobody uses is closed
 * @param cacheDirectory absolute
 */
public record RunRequest(
    Path directory,
    List<Forge> forges,
    List<String> allow,
    List<String> deny,
    Duration poll,
    Duration idle,
    Path cacheDirectory,
    ByteSize memory,
    ByteSize cacheSize,
    PrefetchMode prefetch,
    KernelOptions options) {

  /** Without the forges: they may hold tokens, and records end up in logs. */
  @Override
  public String toString() {
    return "RunRequest[" + directory + "]";
  }
}
