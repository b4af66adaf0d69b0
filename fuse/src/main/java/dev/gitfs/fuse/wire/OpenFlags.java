package dev.gitfs.fuse.wire;

/** Flags in the answer to OPEN and OPENDIR. */
public final class OpenFlags {
  public static final int FOPEN_DIRECT_IO = 1;
  public static final int FOPEN_KEEP_CACHE = 1 << 1;
  public static final int FOPEN_CACHE_DIR = 1 << 3;

  private OpenFlags() {}
}
