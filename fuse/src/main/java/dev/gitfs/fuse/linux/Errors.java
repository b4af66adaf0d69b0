package dev.gitfs.fuse.linux;

/** The errno values that this package and its callers tell apart. */
public final class Errors {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int ENXIO = 6;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int ECONNABORTED = 103;

  private Errors() {}
}
