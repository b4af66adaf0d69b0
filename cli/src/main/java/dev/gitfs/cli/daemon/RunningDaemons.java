package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The daemons of this user that run now, found by the sockets they listen on. */
public final class RunningDaemons {

  private static final String SUFFIX = ".socket";

  private final Path runtimeDirectory;

  public RunningDaemons(Directories directories) {
    this.runtimeDirectory = directories.runtime();
  }

  /**
   * The daemon that serves a mount, and the directory that it knows it by: not the one that it is
   * seen at, if that is a bind mount, or it was moved.
   */
  public record Serving(Daemon daemon, Path directory) implements AutoCloseable {

    @Override
    public void close() {
      daemon.close();
    }
  }

  /**
   * The mounts of all of them, each where it is seen from here. One of another mount namespace has
   * the directory it has there; one that has ended, but for those who have it open, is left out.
   *
   * @param silent is told of each one that does not answer
   */
  public List<MountSummary> mounts(Consumer<SilentDaemonException> silent)
      throws DaemonException, IOException {
    var mounts = new ArrayList<MountSummary>();
    List<KernelMounts.Entry> seen = KernelMounts.all();
    for (DaemonClient daemon : connectAll(silent)) {
      try (daemon) {
        List<MountSummary> served = daemon.mounts();
        for (MountSummary mount : served) {
          seen(mount, base(served, mount.device()), seen).ifPresent(mounts::add);
        }
      } catch (SilentDaemonException e) {
        silent.accept(e);
      } catch (DaemonException e) {
        // It ended between our finding it and its answer; so did its mounts.
      }
    }
    return mounts;
  }

  /** A mount of {@code base}'s device with the directory that it is seen at. */
  private static Optional<MountSummary> seen(
      MountSummary mount, Optional<Path> base, List<KernelMounts.Entry> all) {
    List<Path> places =
        all.stream()
            .filter(entry -> entry.device().equals(mount.device()))
            .map(KernelMounts.Entry::directory)
            .toList();
    if (base.isEmpty() || places.contains(base.get())) {
      return Optional.of(mount);
    }
    if (places.isEmpty()) {
      return mount.detached() ? Optional.empty() : Optional.of(mount);
    }
    return Optional.of(
        mount.at(places.getFirst().resolve(base.get().relativize(mount.directory()))));
  }

  /** Where a device as a whole is mounted, of what a daemon serves. */
  private static Optional<Path> base(List<MountSummary> served, String device) {
    return served.stream()
        .filter(mount -> !device.isEmpty() && mount.device().equals(device))
        .map(MountSummary::directory)
        .min(Comparator.comparingInt(Path::getNameCount));
  }

  /**
   * The one that serves {@code directory}, which is canonical. The caller closes it.
   *
   * @throws SilentDaemonException if one of them does not answer, and none of the others serves it
   */
  public Optional<Serving> serving(Path directory) throws DaemonException, IOException {
    Optional<MountedPath> mounted = MountedPath.of(directory);
    Optional<Serving> found = Optional.empty();
    var silent = new ArrayList<SilentDaemonException>();
    for (DaemonClient daemon : connectAll(silent::add)) {
      try {
        if (found.isEmpty()) {
          List<MountSummary> served = daemon.mounts();
          Path there =
              mounted
                  .flatMap(path -> base(served, path.mount().device()).map(path::in))
                  .orElse(directory);
          if (served.stream().anyMatch(mount -> mount.directory().equals(there))) {
            found = Optional.of(new Serving(daemon, there));
            continue;
          }
        }
      } catch (SilentDaemonException e) {
        silent.add(e);
      } catch (DaemonException e) {
        // As above.
      }
      daemon.close();
    }
    if (found.isEmpty() && !silent.isEmpty()) {
      throw silent.getFirst();
    }
    return found;
  }

  /** The same, of a directory that must be served. */
  public Serving require(Path directory) throws DaemonException, IOException {
    Optional<Serving> serving = serving(directory);
    if (serving.isPresent()) {
      return serving.get();
    }
    throw notServed(directory);
  }

  /** That nothing serves {@code directory}, and what can be done about it. */
  public static DaemonException notServed(Path directory) throws IOException {
    String remedy =
        KernelMounts.at(directory).filter(KernelMounts.Entry::ours).isPresent()
            ? ": its process is gone, or the kernel has aborted it; git-fs umount "
                + directory
                + ", and see: git-fs list"
            : "; see: git-fs list";
    return new DaemonException(
        DaemonException.Kind.DIRECTORY, "no running git-fs serves " + directory + remedy);
  }

  private static long pid(Path socket) {
    String name = socket.getFileName().toString();
    String number = name.substring(0, name.length() - SUFFIX.length());
    return number.matches("\\d{1,18}") ? Long.parseLong(number) : -1;
  }

  static Path socket(Path runtimeDirectory, long pid) {
    return runtimeDirectory.resolve(pid + SUFFIX);
  }

  private List<DaemonClient> connectAll(Consumer<SilentDaemonException> silent)
      throws DaemonException {
    var daemons = new ArrayList<DaemonClient>();
    if (Files.exists(runtimeDirectory, LinkOption.NOFOLLOW_LINKS)) {
      try {
        // In /tmp anybody may have made it, and what listens there would be another's.
        Directories.createPrivate(runtimeDirectory);
      } catch (IOException e) {
        throw new DaemonException(DaemonException.Kind.FAILED, e.getMessage(), e);
      }
      try (var sockets = Files.newDirectoryStream(runtimeDirectory, "*" + SUFFIX)) {
        for (Path socket : sockets) {
          try {
            daemons.add(DaemonClient.connect(pid(socket), socket));
          } catch (SilentDaemonException e) {
            silent.accept(e);
          } catch (ConnectException e) {
            // Nobody listens: a daemon was killed and left this.
            Files.deleteIfExists(socket);
          }
        }
      } catch (IOException e) {
        throw new DaemonException(
            DaemonException.Kind.FAILED, "cannot look for daemons: " + e.getMessage(), e);
      }
    }
    return daemons;
  }
}
