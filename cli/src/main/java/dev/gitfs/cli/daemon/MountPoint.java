package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory made ready to be mounted on.
 *
 * @param directory as the kernel names it
 * @param created the directories made for it, outermost first
 */
record MountPoint(Path directory, List<Path> created) {

  private static final Logger log = LoggerFactory.getLogger(MountPoint.class);

  /**
   * Creates {@code directory} if it is absent, and takes away a mount whose process is gone.
   * Refuses what is in use: a live mount, a file, a directory that is not empty.
   */
  static MountPoint prepare(Path wanted) throws DaemonException, InterruptedException {
    Path directory = KernelMounts.canonical(wanted);
    try {
      clearStaleMount(directory);
      var created = new ArrayList<Path>();
      if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
        create(directory, created);
      } else if (!Files.isDirectory(directory)) {
        throw new DaemonException(
            Kind.DIRECTORY, directory + " is not a directory; name another to mount on");
      } else {
        refuseUnlessEmpty(directory);
      }
      return new MountPoint(directory, List.copyOf(created));
    } catch (IOException e) {
      throw new DaemonException(
          Kind.DIRECTORY, "cannot mount on " + directory + ": " + reason(e), e);
    }
  }

  /** After a mount that failed: removes what {@link #prepare} made. */
  void abandon() {
    for (Path path : created.reversed()) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        log.warn("Cannot remove {}, which was made to be mounted on", path, e);
      }
    }
  }

  private static void clearStaleMount(Path directory)
      throws IOException, DaemonException, InterruptedException {
    // Bounded, for mounts can lie on top of each other.
    for (int i = 0; i < 16; i++) {
      var entry = KernelMounts.at(directory);
      if (entry.isEmpty()) {
        return;
      }
      if (!entry.get().ours() || !entry.get().stale()) {
        throw new DaemonException(
            Kind.DIRECTORY,
            directory
                + " has "
                + entry.get().source()
                + " mounted already; unmount it first: "
                + (entry.get().ours() ? "git-fs " : "")
                + "umount "
                + directory);
      }
      log.info("Removing the mount at {}: the process that served it is gone", directory);
      KernelMounts.unmount(directory, true);
    }
  }

  private static void create(Path directory, List<Path> created) throws IOException {
    Path parent = directory.getParent();
    if (parent != null && Files.notExists(parent)) {
      create(parent, created);
    }
    Files.createDirectory(directory);
    created.add(directory);
  }

  private static void refuseUnlessEmpty(Path directory) throws IOException, DaemonException {
    try (var entries = Files.newDirectoryStream(directory)) {
      if (entries.iterator().hasNext()) {
        throw new DaemonException(
            Kind.DIRECTORY, directory + " is not empty; name an empty directory, or a new one");
      }
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.AccessDeniedException
        ? "permission denied for " + e.getMessage()
        : e.getMessage();
  }
}
