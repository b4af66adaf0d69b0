package dev.gitfs.bench;

import java.nio.file.Path;
import java.util.Optional;

/** Where {@code ./benchmark}, {@code ./git-fs} and docs are, and where benchmarks keep things. */
final class Checkout {

  /** Set by {@code ./benchmark}. */
  private static final String HOME = "gitfs.home";

  private Checkout() {}

  static Path home() {
    return Path.of(
        Optional.ofNullable(System.getProperty(HOME))
            .orElseThrow(() -> new IllegalStateException("start it by ./benchmark")));
  }

  /** On a disk, which /tmp may not be, and kept from one benchmark to the next. */
  static Path cache() {
    var base = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    return (base.startsWith("/")
            ? Path.of(base)
            : Path.of(System.getProperty("user.home"), ".cache"))
        .resolve("git-fs-bench");
  }
}
