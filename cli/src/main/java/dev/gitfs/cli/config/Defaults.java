package dev.gitfs.cli.config;

import dev.gitfs.mount.prefetch.PrefetchMode;
import java.time.Duration;

/** What holds when a user says nothing. The one place for it. */
public final class Defaults {

  /**
   * Memory for file contents and trees. All 5,000 trees of Linux take about 20 MiB of it, the rest
   * holds files while they are read; the kernel's page cache keeps what was read.
   */
  public static final ByteSize MEMORY = ByteSize.mebibytes(96);

  /** Disk for the cache of all repositories: some dozens of large ones, on a laptop's disk. */
  public static final ByteSize CACHE_SIZE = ByteSize.gibibytes(10);

  /** Less than this and one directory of a large repository does not fit. */
  public static final ByteSize LEAST_MEMORY = ByteSize.mebibytes(16);

  /** Who reads on finds the next files there; who hops about pays for little he does not use. */
  public static final PrefetchMode PREFETCH = PrefetchMode.ADAPTIVE;

  /** Where {@code git-fs run} mounts, in the user's home directory. */
  public static final String MOUNT_POINT = "git";

  /** A push is seen within a minute, as by those who look at a web page. */
  public static final Duration POLL = Duration.ofSeconds(60);

  /** More often is no kindness to a forge. */
  public static final Duration LEAST_POLL = Duration.ofSeconds(5);

  /** Long enough for a pause; then a repository's memory is given back. */
  public static final Duration IDLE = Duration.ofMinutes(30);

  /** Opening again costs round trips. */
  public static final Duration LEAST_IDLE = Duration.ofSeconds(10);

  private Defaults() {}
}
