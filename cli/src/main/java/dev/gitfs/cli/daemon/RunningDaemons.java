package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The daemons of this user that run now, found by the sockets they listen on. */
public final class RunningDaemons {

  private static final String SUFFIX = ".socket";

  private final Path runtimeDirectory;

  public RunningDaemons(Directories directories) {
    this.runtimeDirectory = directories.runtime();
  }

  /** The mounts of all of them. */
  public List<MountSummary> mounts() throws DaemonException {
    var mounts = new ArrayList<MountSummary>();
    for (DaemonClient daemon : connectAll()) {
      try (daemon) {
        mounts.addAll(daemon.mounts());
      } catch (DaemonException e) {
        // It ended between our finding it and its answer; so did its mounts.
      }
    }
    return mounts;
  }

  /** The one that serves {@code directory}, which is canonical. The caller closes it. */
  public Optional<Daemon> serving(Path directory) throws DaemonException {
    Optional<Daemon> found = Optional.empty();
    for (DaemonClient daemon : connectAll()) {
      try {
        if (found.isEmpty()
            && daemon.mounts().stream().anyMatch(m -> m.directory().equals(directory))) {
          found = Optional.of(daemon);
          continue;
        }
      } catch (DaemonException e) {
        // As above.
      }
      daemon.close();
    }
    return found;
  }

  static Path socket(Path runtimeDirectory, long pid) {
    return runtimeDirectory.resolve(pid + SUFFIX);
  }

  private List<DaemonClient> connectAll() throws DaemonException {
    var daemons = new ArrayList<DaemonClient>();
    if (Files.isDirectory(runtimeDirectory)) {
      try (var sockets = Files.newDirectoryStream(runtimeDirectory, "*" + SUFFIX)) {
        for (Path socket : sockets) {
          try {
            daemons.add(DaemonClient.connect(socket));
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
