package dev.gitfs.fuse;

import java.time.Duration;

/** How long the kernel may use a name or attributes without asking again. */
public final class Validity {
  /** Until the kernel needs the memory, or a notification says otherwise. */
  public static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** Not at all: the kernel asks every time. */
  public static final Duration NONE = Duration.ZERO;

  private Validity() {}
}
