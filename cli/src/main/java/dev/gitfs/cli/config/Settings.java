package dev.gitfs.cli.config;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.Rules;
import dev.gitfs.mount.prefetch.PrefetchMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a user has set, with the defaults for what he has not. Options of a command go before it.
 *
 * @param file where it stands; empty if there is no such file
 * @param mountPoint where {@code git-fs run} mounts; absolute
 * @param forges those that are ready-made and those configured, in this order; they hold tokens
 * @param rules what may be opened
 * @param poll how often branches that are shown are looked after
 * @param idle after how long a repository that nobody uses is closed
 * @param cacheDirectory absolute
 * @param notes for people: what is not wrong, and probably not meant either
 */
public record Settings(
    Optional<Path> file,
    Path mountPoint,
    List<Forge> forges,
    Rules rules,
    Duration poll,
    Duration idle,
    Path cacheDirectory,
    ByteSize memory,
    ByteSize cacheSize,
    PrefetchMode prefetch,
    List<String> notes) {

  public Settings {
    forges = List.copyOf(forges);
    notes = List.copyOf(notes);
  }

  /** What holds without a file. */
  static Settings usual(Path home, Path cacheDirectory) {
    return new Settings(
        Optional.empty(),
        home.resolve(Defaults.MOUNT_POINT),
        Forge.readyMade(),
        Rules.NONE,
        Defaults.POLL,
        Defaults.IDLE,
        cacheDirectory,
        Defaults.MEMORY,
        Defaults.CACHE_SIZE,
        Defaults.PREFETCH,
        List.of());
  }

  /**
   * The same, with further rules of what is allowed.
   *
   * @throws IllegalArgumentException with a message for people, for what is no rule
   */
  public Settings allowing(List<String> more) {
    return new Settings(
        file,
        mountPoint,
        forges,
        rules.allowing(more),
        poll,
        idle,
        cacheDirectory,
        memory,
        cacheSize,
        prefetch,
        notes);
  }
}
