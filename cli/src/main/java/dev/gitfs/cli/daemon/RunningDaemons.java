package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
   * The mounts of all of them.
   *
   * @param silent is told of each one that does not answer
   */
  public List<MountSummary> mounts(Consumer<SilentDaemonException> silent) throws DaemonException {
    var mounts = new ArrayList<MountSummary>();
    for (DaemonClient daemon : connectAll(silent)) {
      try (daemon) {
        mounts.addAll(daemon.mounts());
      } catch (SilentDaemonException e) {
        silent.accept(e);
      } catch (DaemonException e) {
        // It ended between our finding it and its answer; so did its mounts.
      }
    }
    return mounts;
  }

  /**
   * The one that serves {@code directory}, which is canonical. The caller closes it.
   *
   * @throws SilentDaemonException if one of them does not answer, and none of the others serves it
   */
  public Optional<Daemon> serving(Path directory) throws DaemonException {
    Optional<Daemon> found = Optional.empty();
    var silent = new ArrayList<SilentDaemonException>();
    for (DaemonClient daemon : connectAll(silent::add)) {
      try {
        if (found.isEmpty()
            && daemon.mounts().stream().anyMatch(m -> m.directory().equals(directory))) {
          found = Optional.of(daemon);
          continue;
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
  public Daemon require(Path directory) throws DaemonException {
    Optional<Daemon> serving = serving(directory);
    if (serving.isPresent()) {
      return serving.get();
    }
    String remedy = "; see: git-fs list";
    try {
      if (KernelMounts.at(directory).filter(KernelMounts.Entry::ours).isPresent()) {
        remedy = ": its process is gone; git-fs umount " + directory + ", and see: git-fs list";
      }
    } catch (IOException e) {
      // Then it is not known what is there.
    }
    throw new DaemonException(
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
    if (Files.isDirectory(runtimeDirectory)) {
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
