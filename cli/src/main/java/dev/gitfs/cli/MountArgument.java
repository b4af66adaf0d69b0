package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.MountSummary;
import dev.gitfs.cli.daemon.MountedPath;
import dev.gitfs.cli.daemon.RunningDaemons;
import dev.gitfs.cli.daemon.SilentDaemonException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The optional PATH of a command about mounts: the mount that it is in; without one the mount of
 * the current directory or, where that is in none, all.
 */
final class MountArgument {

  private final PositionalParamSpec path =
      PositionalParamSpec.builder()
          .index("0")
          .arity("0..1")
          .paramLabel("PATH")
          .type(Path.class)
          .description("a path within a mount; that of the current directory, or all, if not given")
          .build();

  PositionalParamSpec syntax() {
    return path;
  }

  /**
   * The mounts meant, each served by a daemon that answers; of a mount of many repositories the one
   * that the path is in, if it is open.
   */
  List<Path> mounts() throws DaemonException, IOException {
    Path named = path.getValue();
    Optional<MountedPath> mounted = MountedPath.of(named == null ? Path.of(".") : named);
    if (mounted.isEmpty() && named != null) {
      throw new DaemonException(
          DaemonException.Kind.DIRECTORY, named + " is in no mount of git-fs; see: git-fs list");
    }
    var silent = new ArrayList<SilentDaemonException>();
    List<MountSummary> served = new RunningDaemons(Directories.ofUser()).mounts(silent::add);
    List<Path> all = served.stream().map(MountSummary::directory).toList();
    if (mounted.isPresent()) {
      Path place = place(mounted.get(), served);
      return List.of(
          all.stream()
              .filter(place::startsWith)
              .max(Comparator.comparingInt(Path::getNameCount))
              .orElse(mounted.get().mount().directory()));
    }
    if (!silent.isEmpty()) {
      throw silent.getFirst();
    }
    // Of those in a mount of many repositories it will tell itself.
    return all.stream()
        .filter(one -> all.stream().noneMatch(two -> !one.equals(two) && one.startsWith(two)))
        .toList();
  }

  /** As the mount is listed, which may be seen in several places. */
  private static Path place(MountedPath mounted, List<MountSummary> served) {
    return mounted.below(
        served.stream()
            .filter(mount -> mount.device().equals(mounted.mount().device()))
            .map(MountSummary::directory)
            .min(Comparator.comparingInt(Path::getNameCount))
            .orElse(mounted.mount().directory()));
  }
}
