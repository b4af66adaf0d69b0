package dev.gitfs.fuse.linux;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An option of mount(8) that mount(2) takes as a bit, and that any user may ask for. */
public enum MountFlag {
  SUID(0, 2),
  NOSUID(2, 0),
  DEV(0, 4),
  NODEV(4, 0),
  EXEC(0, 8),
  NOEXEC(8, 0),
  SYNC(16, 0),
  ASYNC(0, 16),
  DIRSYNC(128, 0),
  ATIME(0, 1024),
  NOATIME(1024, 0);

  static final long MS_RDONLY = 1;

  /** A mount made for a user must not smuggle in privileges. */
  private static final long MS_NOSUID_NODEV = 6;

  private final long set;
  private final long cleared;

  MountFlag(long set, long cleared) {
    this.set = set;
    this.cleared = cleared;
  }

  /** The flag that mount(8) calls so. */
  public static Optional<MountFlag> named(String option) {
    for (MountFlag flag : values()) {
      if (flag.option().equals(option)) {
        return Optional.of(flag);
      }
    }
    return Optional.empty();
  }

  /** How mount(8) calls it. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  static long bits(List<MountFlag> flags, boolean readOnly) {
    long bits = MS_NOSUID_NODEV | (readOnly ? MS_RDONLY : 0);
    for (MountFlag flag : flags) {
      bits = bits & ~flag.cleared | flag.set;
    }
    return bits;
  }
}
