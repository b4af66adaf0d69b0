package dev.gitfs.cli.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

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

  /** What a socket's address holds, less its end; see unix(7). */
  private static final int LONGEST_SOCKET = 107;

  /** The longest name of a socket there: of the highest process id there can be. */
  private static final String LONGEST_SOCKET_NAME = "4194304.socket";

  private static final int GROUP_WRITES = 0020;
  private static final int OTHERS_WRITE = 0002;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /**
   * Those of the user that this process runs as. Creates none of them, unless the user has no home:
   * what lies in /tmp instead shall be nobody else's.
   */
  public static Directories ofUser() throws IOException {
    int userId = userId();
    Path registered = registeredHome();
    Map<String, String> environment = System.getenv();
    if (home(environment, registered, userId).equals(substitute(userId))) {
      createPrivate(substitute(userId));
    }
    return of(environment, registered, userId, Directories::keepsOthersOut);
  }

  /**
   * {@code registeredHome} is that of the user database, which HOME overrides as it does in git.
   *
   * @param trusted whether a directory for sockets can be used
   */
  static Directories of(
      Map<String, String> environment, Path registeredHome, int userId, Predicate<Path> trusted) {
    Path home = home(environment, registeredHome, userId);
    return new Directories(
        base(environment, "XDG_CONFIG_HOME").orElse(home.resolve(".config")).resolve(NAME),
        base(environment, "XDG_CACHE_HOME").orElse(home.resolve(".cache")).resolve(NAME),
        base(environment, "XDG_STATE_HOME").orElse(home.resolve(".local/state")).resolve(NAME),
        base(environment, "XDG_RUNTIME_DIR")
            .filter(trusted)
            .map(base -> base.resolve(NAME))
            .filter(Directories::holdsSockets)
            .orElse(substitute(userId)));
  }

  /** The home directory that the user database has; "?" if there is none in it. */
  static Path registeredHome() {
    return Path.of(System.getProperty("user.home"));
  }

  /** The user's home directory; one of ours in /tmp for a user that has none. */
  static Path home(Map<String, String> environment, Path registeredHome, int userId) {
    return base(environment, "HOME")
        .orElse(registeredHome.isAbsolute() ? registeredHome : substitute(userId));
  }

  /** For what has no place elsewhere. Anybody may have made it: see {@link #createPrivate}. */
  private static Path substitute(int userId) {
    return Path.of("/tmp", NAME + "-" + userId);
  }

  private static boolean holdsSockets(Path directory) {
    return directory.resolve(LONGEST_SOCKET_NAME).toString().getBytes(StandardCharsets.UTF_8).length
        <= LONGEST_SOCKET;
  }

  /**
   * Whether what this user puts into {@code directory} cannot be replaced by others. What su and
   * sudo -E hand down is another user's, and what a container is told may not be there at all.
   */
  private static boolean keepsOthersOut(Path directory) {
    try {
      Map<String, Object> found = Files.readAttributes(directory, "unix:isDirectory,uid,mode");
      int mode = (Integer) found.get("mode");
      return found.get("isDirectory").equals(true)
          && found.get("uid").equals(userId())
          && (mode & (GROUP_WRITES | OTHERS_WRITE)) == 0;
    } catch (IOException e) {
      return false;
    }
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
        throw new IOException(
            directory
                + " is not a directory of yours (it belongs to user "
                + found.get("uid")
                + "); remove it, or name a directory of yours: export XDG_RUNTIME_DIR=DIRECTORY",
            e);
      }
      if (!OWNER_ONLY.equals(found.get("permissions"))) {
        Files.setPosixFilePermissions(directory, OWNER_ONLY);
      }
    }
  }

  /** The number of the user that this process runs as. */
  public static int userId() throws IOException {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new IOException("/proc is not mounted: mount -t proc proc /proc (as root)", e);
    }
  }

  /** The XDG rules: a path that is not absolute counts as none. */
  private static Optional<Path> base(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "");
    return value.startsWith("/") ? Optional.of(Path.of(value)) : Optional.empty();
  }
}
