package dev.gitfs.fuse.wire;

/**
 * What each side of INIT can do: {@code FUSE_...} flags, of which the upper 32 bits travel in a
 * field of their own.
 */
public final class InitFlags {
  public static final long ASYNC_READ = 1L;
  public static final long EXPORT_SUPPORT = 1L << 4;
  public static final long DO_READDIRPLUS = 1L << 13;
  public static final long READDIRPLUS_AUTO = 1L << 14;
  public static final long NO_OPEN_SUPPORT = 1L << 17;
  public static final long PARALLEL_DIROPS = 1L << 18;
  public static final long POSIX_ACL = 1L << 20;
  public static final long ABORT_ERROR = 1L << 21;
  public static final long MAX_PAGES = 1L << 22;
  public static final long CACHE_SYMLINKS = 1L << 23;
  public static final long NO_OPENDIR_SUPPORT = 1L << 24;
  public static final long INIT_EXT = 1L << 30;

  /** Since 7.39, not in older headers: a file read directly can be mapped shared as well. */
  public static final long DIRECT_IO_ALLOW_MMAP = 1L << 36;

  /** Since 7.43 (Linux 6.15): the answer says after how long a request is overdue. */
  public static final long REQUEST_TIMEOUT = 1L << 42;

  private InitFlags() {}
}
