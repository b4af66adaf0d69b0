package dev.gitfs.fuse.wire;

/** Versions of the protocol, and limits it sets. */
public final class Protocol {
  public static final int MAJOR = 7;

  /** Linux 5.4: the oldest kernel whose structs are those of this package throughout. */
  public static final int OLDEST_MINOR = 31;

  /** Linux 6.18: no struct of this package has changed up to there. */
  public static final int NEWEST_MINOR = 45;

  /** An INTERRUPT has the number of the request it means, with this bit. */
  public static final long INTERRUPT_BIT = 1;

  /** What the kernel calls the smallest {@code max_write}. */
  public static final int MIN_MAX_WRITE = 4096;

  private Protocol() {}
}
