package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.Refreshed;
import dev.gitfs.cli.daemon.RunningDaemons;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code git-fs refresh}: asks the server now where the branch is, and shows that. */
final class RefreshCommand implements Command {

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);
  private final MountArgument mount = new MountArgument();

  RefreshCommand() {}

  @Override
  public CommandSpec syntax() {
    syntax
        .addPositional(mount.syntax())
        .usageMessage()
        .description("Show what the branch is at now, and tell what has changed.");
    return syntax;
  }

  @Override
  public Integer call() throws DaemonException, IOException, InterruptedException {
    List<Path> mounts = mount.mounts();
    var out = syntax.commandLine().getOut();
    Optional<DaemonException> failure = Optional.empty();
    for (Path directory : mounts) {
      try (var serving = new RunningDaemons(Directories.ofUser()).require(directory)) {
        Refreshed refreshed = serving.daemon().refresh(serving.directory());
        out.println((mounts.size() > 1 ? directory + ": " : "") + refreshed.change());
      } catch (DaemonException e) {
        // The others are refreshed all the same; of several failures the last is told at the end.
        failure.ifPresent(before -> syntax.commandLine().getErr().println(before.getMessage()));
        failure = Optional.of(e);
      }
    }
    out.flush();
    if (failure.isPresent()) {
      throw failure.get();
    }
    return ExitStatus.OK;
  }
}
