package dev.gitfs.cli.config;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The directories of this user that git-fs keeps things in, after the XDG base directory rules.
 *
 * @param config what the user has set
 * @param cache repositories; may be deleted when nothing is mounted
 * @param state logs
 * @param runtime sockets of running daemons
 */
public record Directories(Path config, Path cache, Path state, Path runtime) {

  private static final String NAME = "git-fs";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** Those of the user that this process runs as. Creates none of them. */
  public static Directories ofUser() throws IOException {
    return of(System.getenv(), Path.of(System.getProperty("user.home")), userId());
  }

  /**
   * {@code registeredHome} is that of the user database, which HOME overrides as it does in git.
   */
  static Directories of(Map<String, String> environment, Path registeredHome, int userId) {
    Path home = home(environment, registeredHome);
    return new Directories(
        base(environment, "XDG_CONFIG_HOME").orElse(home.resolve(".config")).resolve(NAME),
        base(environment, "XDG_CACHE_HOME").orElse(home.resolve(".cache")).resolve(NAME),
        base(environment, "XDG_STATE_HOME").orElse(home.resolve(".local/state")).resolve(NAME),
        base(environment, "XDG_RUNTIME_DIR")
            .map(base -> base.resolve(NAME))
            .orElse(Path.of("/tmp", NAME + "-" + userId)));
  }

  /** The user's home directory. */
  static Path home(Map<String, String> environment, Path registeredHome) {
    return base(environment, "HOME").orElse(registeredHome);
  }

  /**
   * Creates {@code directory} for its owner alone. One that exists must belong to this user and to
   * nobody else: in /tmp anybody may have made it first.
   */
  public static void createPrivate(Path directory) throws IOException {
    if (directory.getParent() != null) {
      Files.createDirectories(directory.getParent());
    }
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      Map<String, Object> found =
          Files.readAttributes(
              directory, "unix:isDirectory,uid,permissions", LinkOption.NOFOLLOW_LINKS);
      if (!found.get("isDirectory").equals(true) || !found.get("uid").equals(userId())) {
        throw new IOException(directory + " is not a directory of yours; remove it", e);
      }
      if (!OWNER_ONLY.equals(found.get("permissions"))) {
        Files.setPosixFilePermissions(directory, OWNER_ONLY);
      }
    }
  }

  /** The number of the user that this process runs as. */
  public static int userId() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /** The XDG rules: a path that is not absolute counts as none. */
  private static Optional<Path> base(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "");
    return value.startsWith("/") ? Optional.of(Path.of(value)) : Optional.empty();
  }
}
