package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.fuse.FuseMount;
import dev.gitfs.fuse.linux.BusyException;
import dev.gitfs.fuse.linux.RawPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the kernel has mounted, as far as this process sees it, and how to end it without the
 * process that serves it.
 */
public final class KernelMounts {

  /** What tells our mounts from other FUSE file systems in the kernel's table. */
  public static final String SUBTYPE = "git-fs";

  private static final String TYPE = "fuse." + SUBTYPE;

  private static final Path TABLE = Path.of("/proc/self/mountinfo");

  /** A mount that is served answers a look at its root in microseconds, even on a busy machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /**
   * Whoever only looks (df, a monitor, {@code git-fs list}: a statfs(2) of it) keeps a mount busy
   * until that is answered. It takes less than this, however busy the machine. Of 25 mounts that
   * others listed all the time one could not be unmounted.
   */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(10);

  private KernelMounts() {}

  /**
   * A mounted file system.
   *
   * @param device its number, the same wherever else it is mounted
   * @param root what of it is to be seen at the directory: a bind mount may show a part
   * @param directory where
   * @param type of file system, with subtype
   * @param source what the kernel calls the mounted thing
   */
  public record Entry(String device, Path root, Path directory, String type, String source) {

    /** Whether git-fs made this mount. */
    public boolean ours() {
      return type.equals(TYPE);
    }

    /**
     * Whether the process that served this mount is gone, which the kernel puts as "Transport
     * endpoint is not connected". Never to be asked by the process that serves it.
     */
    public boolean stale() {
      // Attributes and directories may be cached in the kernel; the free space never is.
      var probe = new CompletableFuture<Boolean>();
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              Files.getFileStore(directory).getTotalSpace();
              probe.complete(false);
            } catch (java.nio.file.AccessDeniedException e) {
              probe.complete(false); // Another user's, and alive.
            } catch (IOException e) {
              probe.complete(true);
            }
          });
      try {
        return probe.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } catch (ExecutionException | TimeoutException e) {
        return false; // Slow is not dead.
      }
    }
  }

  /** Everything that is mounted, in the order it was mounted. */
  public static List<Entry> all() throws IOException {
    var entries = new ArrayList<Entry>();
    // Names are bytes, a character for each: one that is not UTF-8 may be anybody's.
    for (String line : Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1)) {
      parse(line).ifPresent(entries::add);
    }
    return entries;
  }

  /** Where a device is mounted, in the order it was. */
  static List<Entry> of(String device) throws DaemonException {
    try {
      return all().stream().filter(entry -> entry.device().equals(device)).toList();
    } catch (IOException e) {
      throw new DaemonException(Kind.FAILED, "cannot read " + TABLE + ": " + e.getMessage(), e);
    }
  }

  /** What is mounted at {@code directory}; of several on top of each other, the one to be seen. */
  public static Optional<Entry> at(Path directory) throws IOException {
    return all().stream()
        .filter(entry -> entry.directory().equals(directory))
        .reduce((below, above) -> above);
  }

  /**
   * The name the kernel has for {@code directory}: absolute, without symbolic links. Works for a
   * directory that does not exist yet, and for a mount of ours, without a look at it: whoever
   * serves it may be gone, or stopped.
   */
  public static Path canonical(Path directory) {
    try {
      Optional<MountedPath> mounted = MountedPath.of(directory);
      if (mounted.isPresent()) {
        return mounted.get().seen();
      }
    } catch (IOException e) {
      // The kernel's table cannot be read; then it is as any other.
    }
    Path absolute = here().resolve(directory).normalize();
    try {
      return absolute.toRealPath();
    } catch (IOException e) {
      Path parent = absolute.getParent();
      return parent == null ? absolute : canonical(parent).resolve(absolute.getFileName());
    }
  }

  /** The directory of this process, in bytes, which Java's own text of it may have lost. */
  public static Path here() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/cwd"));
    } catch (IOException e) {
      return Path.of("").toAbsolutePath();
    }
  }

  /**
   * Unmounts {@code directory}. If it is in use, waits a second for the end of that before it is
   * refused.
   *
   * @param lazy detach now, even if it is in use
   */
  public static void unmount(Path directory, boolean lazy)
      throws DaemonException, InterruptedException {
    long end = System.nanoTime() + LOOK.toNanos();
    try {
      while (!unmounted(directory, lazy)) {
        if (System.nanoTime() > end) {
          throw new DaemonException(
              Kind.DIRECTORY,
              "%1$s is in use; close what uses it (fuser -vm %1$s shows that), or: git-fs umount --lazy %1$s"
                  .formatted(directory));
        }
        Thread.sleep(BETWEEN_TRIES);
      }
    } catch (IOException e) {
      throw new DaemonException(
          Kind.DIRECTORY, "cannot unmount " + directory + ": " + e.getMessage(), e);
    }
  }

  private static boolean unmounted(Path directory, boolean lazy) throws IOException {
    try {
      FuseMount.unmount(directory, lazy);
      return true;
    } catch (BusyException e) {
      return false;
    }
  }

  /**
   * See proc_pid_mountinfo(5): optional fields end with a hyphen. A source may be empty. A line
   * that is none, as a sandbox's imitation of /proc may write it, is passed over.
   *
   * @param line a character for each byte
   */
  static Optional<Entry> parse(String line) {
    String[] fields = line.split(" ");
    for (int i = 6; i + 2 < fields.length; i++) {
      if (fields[i].equals("-")) {
        try {
          return Optional.of(
              new Entry(
                  fields[2],
                  path(fields[3]),
                  path(fields[4]),
                  fields[i + 1],
                  new String(unescape(fields[i + 2]), StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
          return Optional.empty(); // No digits behind a backslash, or a NUL in a path.
        }
      }
    }
    return Optional.empty();
  }

  private static Path path(String field) {
    return RawPath.of(unescape(field));
  }

  /** The kernel writes space, tab, newline and backslash as a backslash and octal digits. */
  private static byte[] unescape(String field) {
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        bytes.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.write(field.charAt(i));
      }
    }
    return bytes.toByteArray();
  }
}
