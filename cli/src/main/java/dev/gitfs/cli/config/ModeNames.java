package dev.gitfs.cli.config;

import dev.gitfs.mount.prefetch.PrefetchMode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How the modes of prefetching are called, on the command line and in the configuration. */
public final class ModeNames {

  private ModeNames() {}

  public static String of(PrefetchMode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException with a message for people, if {@code name} is none of them
   */
  public static PrefetchMode parse(String name) {
    return Arrays.stream(PrefetchMode.values())
        .filter(mode -> of(mode).equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'"
                    + name
                    + "' is not one of "
                    + Arrays.stream(PrefetchMode.values())
                        .map(ModeNames::of)
                        .collect(Collectors.joining(", "))));
  }
}
